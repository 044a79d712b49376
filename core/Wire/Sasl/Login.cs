namespace Cloud.Wire.Sasl;

/// <summary>LOGIN: name and password asked for one after the other (draft-murchison-sasl-login-00; never an RFC).</summary>
sealed class Login(ISaslCredentials credentials) : SaslMechanism
{
    string? login;

    public override ValueTask<SaslStep> StartAsync(CancellationToken cancel) => new(SaslStep.Ask("Username:"u8));

    public override async ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel)
    {
        if (Text(response.Span) is not { } text || text.Contains('\0', StringComparison.Ordinal))
            return Malformed;
        if (login is null)
        {
            login = text;
            return SaslStep.Ask("Password:"u8);
        }

        var verdict = await credentials.CheckPasswordAsync(login, text, cancel);
        return new SaslStep(verdict.Status);
    }
}
