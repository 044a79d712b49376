namespace Cloud.Wire.Sasl;

/// <summary>OAUTHBEARER (RFC 7628) and XOAUTH2 (Google's, older and never an RFC): a token in one message.</summary>
/// <remarks>
/// client-first → success. Or: client-first → why not, in JSON → any answer → failure, since no protocol has room for words
/// beside a failure (RFC 7628 §3.2.3).
/// </remarks>
/// <param name="read">The mechanism's grammar; null for what it does not allow.</param>
/// <param name="fault">What is said before a failure.</param>
sealed class Bearer(ISaslCredentials credentials, Func<string, BearerMessage?> read, ReadOnlyMemory<byte> fault)
    : SaslMechanism
{
    /// <summary>RFC 7628 §3.2.2. Why it is invalid is nobody's business but the issuer's.</summary>
    public static readonly ReadOnlyMemory<byte> InvalidToken = """{"status":"invalid_token"}"""u8.ToArray();

    /// <summary>As Google answers.</summary>
    public static readonly ReadOnlyMemory<byte> Status400 = """{"status":"400","schemes":"Bearer"}"""u8.ToArray();

    bool refused;

    public override async ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel)
    {
        // A single kvsep in OAUTHBEARER, nothing in XOAUTH2; whatever it is, it changes nothing any more.
        if (refused)
            return new SaslStep(SaslStatus.WrongCredentials);
        if (Text(response.Span) is not { } text || read(text) is not { } message)
            return Malformed;

        var verdict = await credentials.CheckTokenAsync(message.Login, message.Token, cancel);
        if (verdict.Status != SaslStatus.WrongCredentials)
            return new SaslStep(verdict.Status);
        refused = true;
        return SaslStep.Ask(fault.Span);
    }

    public override SaslStatus End(SaslStatus why) => refused ? SaslStatus.WrongCredentials : why;
}
