using System.Globalization;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>STAT: messages and octets, without the marked ones. RFC 1939 §5.</summary>
sealed class Stat : IPop3Command
{
    static readonly Stat Instance = new();

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var maildrop = session.Maildrop;
        return new(Pop3Reply.Ok(string.Create(CultureInfo.InvariantCulture, $"{maildrop.Left} {maildrop.Octets}")));
    }
}
