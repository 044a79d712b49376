using System.Buffers;
using System.Text;
using Cloud.Listener.Hosting;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>CAPA: what this server can do. RFC 2449 §5.</summary>
sealed class Capa : IPop3Command
{
    static readonly Capa Instance = new();

    public static IPop3Command Parse(ref Pop3Reader arguments) => Instance;

    public ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var lines = new List<string>
        {
            "TOP",
            "UIDL",
            "RESP-CODES",
            "AUTH-RESP-CODE", // RFC 3206 §5
            "PIPELINING",
            "EXPIRE NEVER", // RFC 2449 §6.7: what the client leaves, stays.
            "UTF8 USER", // RFC 6856 §2
        };
        if (session.TakesPasswords)
            lines.Add("USER");
        // Announced in both states, like the others (RFC 2449 §5).
        lines.Add($"SASL {string.Join(' ', session.Sasl.Mechanisms)}");
        if (session.OffersTls)
            lines.Add("STLS"); // RFC 2595 §4
        if (session.IsLoggedIn)
            lines.Add("IMPLEMENTATION Cloud"); // RFC 2449 §6.9: need not be told to strangers.
        return new(Pop3Reply.Ok("Capability list follows", new Body(lines)));
    }

    sealed class Body(IEnumerable<string> lines) : IPop3Body
    {
        public ValueTask<bool> WriteAsync(Connection connection, CancellationToken cancel)
        {
            foreach (var line in lines)
                Encoding.ASCII.GetBytes($"{line}\r\n", connection.Output);
            connection.Output.Write(".\r\n"u8);
            return new(true);
        }
    }
}
