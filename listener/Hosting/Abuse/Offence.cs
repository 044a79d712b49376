namespace Cloud.Listener.Hosting.Abuse;

/// <summary>What a stranger did that no proper peer does often. Whoever has logged in is no stranger.</summary>
public enum Offence
{
    /// <summary>A command that the protocol refuses for good.</summary>
    Error,

    /// <summary>A recipient that does not exist here: one is a slip, many are guesses.</summary>
    RefusedRecipient,

    /// <summary>A login while it has to wait: mostly a mail program that repeats itself.</summary>
    LockedOutLogin,

    FailedLogin,

    /// <summary>A session that was ended for its errors.</summary>
    TooManyErrors,

    /// <summary>Bytes before the greeting: a program that does not listen (RFC 5321 §3.1: the client waits).</summary>
    EarlyTalk,

    /// <summary>HTTP or another protocol: a scanner, or a browser that was lured here.</summary>
    ForeignProtocol,
}

/// <summary>What comes of an offence.</summary>
/// <param name="Delay">How long the answer is held back.</param>
/// <param name="IsBanned">The session is to end now.</param>
public readonly record struct Sentence(TimeSpan Delay, bool IsBanned);

static class Offences
{
    /// <summary>Points by which offences are weighed against <see cref="AbuseOptions.BanPoints"/>.</summary>
    /// <remarks>
    /// An office of fifty with one phone that has an old password must stay welcome: failed logins weigh little, for
    /// accounts have their own wait. What no mail program does weighs much.
    /// </remarks>
    public static double Points(this Offence offence) =>
        offence switch
        {
            Offence.FailedLogin => 5,
            Offence.TooManyErrors => 20,
            Offence.EarlyTalk => 25,
            Offence.ForeignProtocol => 50,
            _ => 1,
        };
}
