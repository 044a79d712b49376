using System.Globalization;

namespace Cloud.Listener.Smtp.Commands;

/// <summary>EHLO: the peer's name, answered with what is offered (RFC 5321 §4.1.1.1).</summary>
sealed record Ehlo(string Name) : ISmtpCommand
{
    public static ISmtpCommand Parse(ref SmtpReader args) => new Ehlo(args.ExpectHelo());

    public async ValueTask<Reply> RunAsync(SmtpSession session, CancellationToken cancel)
    {
        await session.GreetAsync(Name, extended: true);
        return new Reply(250, "", string.Join('\n', Offers(session)));
    }

    static IEnumerable<string> Offers(SmtpSession session)
    {
        var options = session.Options;
        yield return options.Hostname;
        yield return "PIPELINING";
        yield return string.Create(CultureInfo.InvariantCulture, $"SIZE {options.MaxMessageSize}");
        yield return "8BITMIME";
        yield return "SMTPUTF8";
        yield return "CHUNKING";
        yield return "BINARYMIME";
        yield return "DSN";
        if (session.OffersScheduling)
        {
            var latest = session.Time.GetUtcNow() + options.MaxHold;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"FUTURERELEASE {(long)options.MaxHold.TotalSeconds} {latest.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
            );
            yield return "DELIVERBY";
            yield return "MT-PRIORITY";
            yield return "REQUIRETLS";
        }
        yield return string.Create(CultureInfo.InvariantCulture, $"LIMITS RCPTMAX={options.MaxRecipients}");
        if (session.OffersTls)
            yield return "STARTTLS";
        if (session.OffersAuthentication)
            yield return $"AUTH {string.Join(' ', session.Sasl.Mechanisms)}";
        yield return "ENHANCEDSTATUSCODES";
    }
}
