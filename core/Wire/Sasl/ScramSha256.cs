using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Wire.Sasl;

/// <summary>SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677).</summary>
/// <remarks>
/// client-first → server-first → client-final → server-final → an empty line. What is wrong about the channel is told as a
/// server-final with an error, which is answered by any line; what is wrong about name or password is not told.
/// </remarks>
/// <param name="endPoint">The channel's binding; null: there is none, and no -PLUS is offered.</param>
/// <param name="binds">It is -PLUS.</param>
sealed class ScramSha256(ISaslCredentials credentials, Entropy entropy, ReadOnlyMemory<byte>? endPoint, bool binds)
    : SaslMechanism
{
    /// <summary>The one type of binding there is here (RFC 5929 §4).</summary>
    const string Type = "p=tls-server-end-point";

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
        if (parts.Length < 4)
            return Malformed;
        if (Value(parts[2], 'n') is not { } name || SaslName.Read(name) is not { } user)
            return Malformed;
        if (Value(parts[3], 'r') is not { Length: > 0 } clientNonce || clientNonce.Any(c => c is < '!' or > '~'))
            return Malformed;
        if (parts[1].Length > 0)
        {
            if (Value(parts[1], 'a') is not { } written || SaslName.Read(written) is not { } wanted)
                return Malformed;
            if (!string.Equals(wanted, user, StringComparison.OrdinalIgnoreCase))
                return new SaslStep(SaslStatus.WrongCredentials);
        }

        if (Flaw(parts[0]) is { } flaw)
            return flaw;

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
        // What was said in clear at the beginning must not have been changed on the way, and the channel must be this one
        // (RFC 5802 §5.1).
        if (echoed != nonce)
            return new SaslStep(SaslStatus.WrongCredentials);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(binding), Binding()))
            return binds ? Refuse("channel-bindings-dont-match") : new SaslStep(SaslStatus.WrongCredentials);

        var withoutProof = message[..^(parts[^1].Length + 1)];
        var authMessage = Encoding.UTF8.GetBytes($"{clientFirst},{serverFirst},{withoutProof}");
        var verdict = await credentials.FinishScramAsync(login, authMessage, proof, cancel);
        if (verdict.Status != SaslStatus.Ok)
            return new SaslStep(verdict.Status);

        turn = Turn.Acknowledgement;
        return SaslStep.Ask(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(verdict.ServerSignature.Span)}"));
    }

    /// <summary>What a gs2-cbind-flag means here (RFC 5802 §6).</summary>
    /// <returns>Null where it may go on.</returns>
    SaslStep? Flaw(string flag) =>
        flag switch
        {
            "n" when !binds => null,
            // The client believes that there is no -PLUS: somebody has taken it off our list on the way.
            "y" when endPoint is not null => Refuse("server-does-support-channel-binding"),
            "y" => null,
            Type when binds => null,
            ['p', '=', _, ..] when binds => Refuse("unsupported-channel-binding-type"),
            _ => Malformed,
        };

    /// <summary>base64(gs2-header cbind-data).</summary>
    byte[] Binding()
    {
        var gs2 = Encoding.UTF8.GetBytes(header);
        byte[] input = binds ? [.. gs2, .. endPoint!.Value.Span] : gs2;
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(input));
    }

    /// <param name="error">server-error-value of RFC 5802 §7.</param>
    static SaslStep Refuse(string error) => SaslStep.Refuse(Encoding.ASCII.GetBytes($"e={error}"));

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
}
