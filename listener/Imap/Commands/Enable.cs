using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>ENABLE: what the client names and nobody knows is passed over in silence. RFC 5161 §3.1, RFC 9051 §6.3.1.</summary>
sealed record Enable(IReadOnlyList<string> Capabilities) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var capabilities = new List<string>();
        do
        {
            if (capabilities.Count == ImapLimits.Enabled)
                throw new SyntaxException($"At most {ImapLimits.Enabled} capabilities");
            args.ExpectSP();
            capabilities.Add(Encoding.ASCII.GetString(args.ExpectAtom("a capability")).ToUpperInvariant());
        } while (!args.AtEnd);
        return new Enable(capabilities);
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var enabled = Capabilities.Distinct().Where(session.Dialect.Enable).Select(Spelled);
        session.Writer.Line(string.Join(' ', enabled.Prepend("ENABLED")));
        return new(Reply.Ok("Done"));
    }

    static string Spelled(string capability) => capability == "IMAP4REV2" ? "IMAP4rev2" : capability;
}
