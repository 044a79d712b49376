using System.Buffers;
using System.Buffers.Text;
using Cloud.Store.Ports;

namespace Cloud.Wire.Sasl;

/// <summary>
/// One authentication, as the server: lines of base64 in, what to answer out (RFC 4422 §3; the same in RFC 4954 for
/// SMTP, RFC 5034 for POP3 and RFC 9051 §6.2.2 for IMAP).
/// </summary>
/// <remarks>
/// None of the three protocols has room for data beside its success reply, so a mechanism's last word (SCRAM's server
/// signature) goes out as a challenge that the client answers with an empty line. Which mechanisms are offered, and
/// whether in clear, is the front's business.
/// </remarks>
public sealed class SaslExchange
{
    /// <summary>Longest line of an exchange in octets, CRLF included (RFC 4954 §4: 12,288).</summary>
    public const int MaxLine = 12_288;

    readonly SaslMechanism mechanism;

    SaslExchange(SaslMechanism mechanism) => this.mechanism = mechanism;

    /// <param name="name">As the client wrote it, in any case.</param>
    /// <param name="offer">Whether it may be used in clear (<see cref="SaslOffer.MayUse"/>) is for the front to ask.</param>
    /// <returns>Null when there is no such mechanism here.</returns>
    public static SaslExchange? TryCreate(
        string name,
        ISaslCredentials credentials,
        Entropy entropy,
        SaslOffer offer
    ) => offer.Create(name, credentials, entropy) is { } mechanism ? new(mechanism) : null;

    /// <summary>Begins without an initial response.</summary>
    public ValueTask<SaslStep> StartAsync(CancellationToken cancel) => mechanism.StartAsync(cancel);

    /// <summary>Begins with an initial response.</summary>
    /// <param name="initial">Base64, or <c>=</c> for an empty one (RFC 4954 §4).</param>
    public ValueTask<SaslStep> StartAsync(ReadOnlySequence<byte> initial, CancellationToken cancel) =>
        IsSingle(initial, (byte)'=') ? mechanism.RespondAsync(default, cancel) : ContinueAsync(initial, cancel);

    /// <summary>Goes on with the client's answer to a challenge.</summary>
    /// <param name="line">Base64 or <c>*</c>, without CRLF.</param>
    public ValueTask<SaslStep> ContinueAsync(ReadOnlySequence<byte> line, CancellationToken cancel)
    {
        if (IsSingle(line, (byte)'*'))
            return new(new SaslStep(SaslStatus.Cancelled));
        return TryDecode(line) is { } response
            ? mechanism.RespondAsync(response, cancel)
            : new(new SaslStep(SaslStatus.Malformed));
    }

    static bool IsSingle(ReadOnlySequence<byte> line, byte octet) => line.Length == 1 && line.FirstSpan[0] == octet;

    static ReadOnlyMemory<byte>? TryDecode(ReadOnlySequence<byte> line)
    {
        if (line.Length > MaxLine)
            return null;
        var octets = line.ToArray();
        // The decoder passes over white space, which no line may hold (RFC 4954 §4).
        if (octets.AsSpan().IndexOfAny(" \t\r\n"u8) >= 0)
            return null;
        var done = Base64.DecodeFromUtf8InPlace(octets, out var written);
        return done == OperationStatus.Done ? octets.AsMemory(0, written) : null;
    }
}
