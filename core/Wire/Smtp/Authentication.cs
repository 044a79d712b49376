using System.Text;

namespace Cloud.Wire.Smtp;

/// <summary>AUTH on the client's side (RFC 4954): PLAIN, LOGIN, XOAUTH2.</summary>
/// <remarks>What the server's challenges say is not looked at: some are empty, some in another language.</remarks>
sealed class Authentication(
    SmtpChannel channel,
    SmtpCapabilities capabilities,
    SmtpCredentials credentials,
    bool isEncrypted
)
{
    /// <exception cref="SmtpFaultException">No mechanism, or refused.</exception>
    public async ValueTask RunAsync()
    {
        channel.Phase = SmtpPhase.Authentication;
        if (!isEncrypted && !channel.Options.AllowClearCredentials)
            throw NotOffered("credentials are not sent without TLS");
        if (credentials.Secret.Length == 0)
            throw NotOffered("there is no secret");
        if (credentials.User.Contains('\0') || credentials.Secret.Contains('\0'))
            throw NotOffered("a user name or secret has NUL in it");

        var mechanisms = capabilities.Mechanisms;
        if (credentials.IsToken)
        {
            if (!mechanisms.HasFlag(SmtpMechanisms.XOAuth2))
                throw NotOffered("the server offers no XOAUTH2");
            await ExchangeAsync(
                "XOAUTH2",
                [$"user={credentials.User}\u0001auth=Bearer {credentials.Secret}\u0001\u0001"]
            );
        }
        else if (mechanisms.HasFlag(SmtpMechanisms.Plain))
            await ExchangeAsync("PLAIN", [$"\0{credentials.User}\0{credentials.Secret}"]); // RFC 4616 §2
        else if (mechanisms.HasFlag(SmtpMechanisms.Login))
            await ExchangeAsync("LOGIN", [credentials.User, credentials.Secret]);
        else
            throw NotOffered("the server offers neither PLAIN nor LOGIN");
    }

    /// <param name="responses">In the order in which they are asked for. Of a single one, AUTH itself may carry it.</param>
    async ValueTask ExchangeAsync(string mechanism, string[] responses)
    {
        var encoded = Array.ConvertAll(responses, text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        var command = $"AUTH {mechanism}";
        var next = 0;
        // RFC 4954 §4: never in a line of more than 512 octets, and LOGIN has no initial response that all servers know.
        if (encoded.Length == 1 && command.Length + encoded[0].Length + 3 <= SmtpLimits.CommandLine)
            command += $" {encoded[next++]}";
        channel.Secrets = [credentials.Secret, .. encoded];
        await SayAsync(command);
        for (var step = 0; channel.Reply.Code == 334; step++)
        {
            if (step == SmtpLimits.AuthenticationSteps)
                throw channel.Fault(SmtpFault.Protocol, "4.5.0", "the server asks without end");
            // A token that is refused is told why by a challenge, which an empty response answers.
            await SayAsync(next < encoded.Length ? encoded[next++] : "");
        }

        channel.ExpectPositive();
        channel.Secrets = [];
    }

    ValueTask SayAsync(string line) => channel.SayAsync(line, channel.Options.Timeouts.Command);

    static SmtpFaultException NotOffered(string reason) =>
        new(new(SmtpPhase.Authentication, SmtpFault.AuthenticationNotOffered, "4.7.0", reason));
}
