namespace Cloud.Listener.Pop3.Commands;

/// <summary>UTF8: the client takes UTF-8 in headers. RFC 6856 §2.1.</summary>
/// <remarks>
/// It changes nothing: every client gets a message as it came in. To the others RFC 6856 would give a surrogate or an
/// error; but a message that cannot be fetched, or is not the one that was sent, is worse than a header that an old
/// client shows badly.
/// </remarks>
sealed class Utf8 : IPop3Command
{
    static readonly Utf8 Instance = new();

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel) =>
        new(Pop3Reply.Ok("UTF-8 it is"));
}
