using System.Globalization;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>RETR: a message, octet for octet. RFC 1939 §5.</summary>
sealed record Retr(int Number) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments) =>
        arguments.Number() is { } number ? new Retr(number) : null;

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var maildrop = session.Maildrop;
        if (!maildrop.Has(Number) || await maildrop.ReadAsync(Number, cancel) is not var (bytes, size))
            return Pop3Reply.NoSuchMessage;
        return Pop3Reply.Ok(
            string.Create(CultureInfo.InvariantCulture, $"{size} octets"),
            new MessageBody(bytes, size, lines: null)
        );
    }
}
