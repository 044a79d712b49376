namespace Cloud.Wire.Sasl;

/// <summary>PLAIN: <c>[authzid] NUL authcid NUL passwd</c> in one message (RFC 4616 §2).</summary>
sealed class Plain(ISaslCredentials credentials) : SaslMechanism
{
    public override async ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel)
    {
        var first = response.Span.IndexOf((byte)0);
        var second = response.Span.LastIndexOf((byte)0);
        if (first == second || response.Span[(first + 1)..second].Contains((byte)0))
            return Malformed;
        if (Text(response.Span[(first + 1)..second]) is not { } login)
            return Malformed;
        if (Text(response.Span[(second + 1)..]) is not { } password)
            return Malformed;
        // Nobody may act as somebody else here.
        if (first > 0 && !string.Equals(Text(response.Span[..first]), login, StringComparison.OrdinalIgnoreCase))
            return new SaslStep(SaslStatus.WrongCredentials);

        var verdict = await credentials.CheckPasswordAsync(login, password, cancel);
        return new SaslStep(verdict.Status);
    }
}
