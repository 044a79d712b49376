namespace Cloud.Wire.Sasl;

/// <summary>OAUTHBEARER (RFC 7628) and XOAUTH2 (Google's, older and never an RFC): a token in one message.</summary>
/// <remarks>
/// client-first → success. Or: client-first → why not, in JSON → any answer → failure (<see cref="SaslStep.TellsWhy"/>). The
/// answer is a single kvsep in OAUTHBEARER, nothing in XOAUTH2; whatever it is, it changes nothing any more.
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

    public override async ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel)
    {
        if (Text(response.Span) is not { } text || read(text) is not { } message)
            return Malformed;

        var verdict = await credentials.CheckTokenAsync(message.Login, message.Token, cancel);
        return verdict.Status == SaslStatus.WrongCredentials
            ? SaslStep.Refuse(fault.Span)
            : new SaslStep(verdict.Status);
    }
}
