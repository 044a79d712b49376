using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Wire.Sasl;

/// <summary>SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677).</summary>
/// <remarks>client-first → server-first → client-final → server-final → an empty line.</remarks>
sealed class ScramSha256(ISaslCredentials credentials, Entropy entropy) : SaslMechanism
{
    /// <summary>Octets of our part of the nonce; 144 bits cannot be met twice.</summary>
    const int NonceOctets = 18;

    /// <summary>SHA-256's size in octets.</summary>
    const int ProofOctets = 32;

    string login = "";
    string header = "";
    string clientFirst = "";
    string serverFirst = "";
    string nonce = "";
    Turn turn = Turn.ClientFirst;

    enum Turn
    {
        ClientFirst,
        ClientFinal,
        Acknowledgement,
    }

    public override ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel)
    {
        if (turn == Turn.Acknowledgement)
            return new(response.IsEmpty ? new SaslStep(SaslStatus.Ok) : Malformed);
        if (Text(response.Span) is not { } message)
            return new(Malformed);
        return turn == Turn.ClientFirst ? ClientFirstAsync(message, cancel) : ClientFinalAsync(message, cancel);
    }

    /// <summary><c>gs2-cbind-flag "," [authzid] "," username "," nonce ["," extensions]</c> (RFC 5802 §7).</summary>
    async ValueTask<SaslStep> ClientFirstAsync(string message, CancellationToken cancel)
    {
        var parts = message.Split(',');
        // Flag "p=…" demands channel binding, which is not offered.
        if (parts.Length < 4 || parts[0] is not ("n" or "y"))
            return Malformed;
        if (Value(parts[2], 'n') is not { } name || Name(name) is not { } user)
            return Malformed;
        if (Value(parts[3], 'r') is not { Length: > 0 } clientNonce || clientNonce.Any(c => c is < '!' or > '~'))
            return Malformed;
        if (parts[1].Length > 0)
        {
            if (Value(parts[1], 'a') is not { } written || Name(written) is not { } wanted)
                return Malformed;
            if (!string.Equals(wanted, user, StringComparison.OrdinalIgnoreCase))
                return new SaslStep(SaslStatus.WrongCredentials);
        }

        login = user;
        header = $"{parts[0]},{parts[1]},";
        clientFirst = message[header.Length..];
        nonce = clientNonce + Convert.ToBase64String(entropy.Bytes(NonceOctets));
        var (salt, iterations) = await credentials.StartScramAsync(login, cancel);
        serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={nonce},s={Convert.ToBase64String(salt.Span)},i={iterations}"
        );
        turn = Turn.ClientFinal;
        return SaslStep.Ask(Encoding.UTF8.GetBytes(serverFirst));
    }

    /// <summary><c>channel-binding "," nonce ["," extensions] "," proof</c> (RFC 5802 §7).</summary>
    async ValueTask<SaslStep> ClientFinalAsync(string message, CancellationToken cancel)
    {
        var parts = message.Split(',');
        if (parts.Length < 3 || Value(parts[0], 'c') is not { } binding || Value(parts[1], 'r') is not { } echoed)
            return Malformed;
        if (Value(parts[^1], 'p') is not { } encoded || Proof(encoded) is not { } proof)
            return Malformed;
        // What was said in clear at the beginning must not have been changed on the way (RFC 5802 §5.1).
        if (echoed != nonce || binding != Convert.ToBase64String(Encoding.UTF8.GetBytes(header)))
            return new SaslStep(SaslStatus.WrongCredentials);

        var withoutProof = message[..^(parts[^1].Length + 1)];
        var authMessage = Encoding.UTF8.GetBytes($"{clientFirst},{serverFirst},{withoutProof}");
        var verdict = await credentials.FinishScramAsync(login, authMessage, proof, cancel);
        if (verdict.Status != SaslStatus.Ok)
            return new SaslStep(verdict.Status);

        turn = Turn.Acknowledgement;
        return SaslStep.Ask(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(verdict.ServerSignature.Span)}"));
    }

    static string? Value(string part, char attribute) =>
        part.Length >= 2 && part[0] == attribute && part[1] == '=' ? part[2..] : null;

    static byte[]? Proof(string encoded)
    {
        var proof = new byte[ProofOctets];
        return
            Base64.IsValid(encoded)
            && Convert.TryFromBase64String(encoded, proof, out var length)
            && length == ProofOctets
            ? proof
            : null;
    }

    /// <summary>saslname: <c>=2C</c> and <c>=3D</c> stand for comma and equals sign; no other <c>=</c> (RFC 5802 §5.1).</summary>
    static string? Name(string written)
    {
        if (written.Length == 0 || written.Contains('\0', StringComparison.Ordinal))
            return null;
        var rest = written.Replace("=2C", "", StringComparison.Ordinal).Replace("=3D", "", StringComparison.Ordinal);
        return rest.Contains('=', StringComparison.Ordinal)
            ? null
            : written.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }
}
