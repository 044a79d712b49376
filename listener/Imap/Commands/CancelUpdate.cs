using System.Text;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>CANCELUPDATE: searches are kept no more. RFC 5267 §4.3.5. One that is not kept is passed over.</summary>
sealed record CancelUpdate(IReadOnlyList<string> Tags) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var tags = new List<string>();
        do
        {
            if (tags.Count == ImapLimits.ListItems)
                throw new SyntaxException($"At most {ImapLimits.ListItems} tags");
            args.ExpectSP();
            if (!args.String(out var tag))
                throw args.Expected("a tag in quotes");
            tags.Add(Encoding.Latin1.GetString(tag));
        } while (!args.AtEnd);
        return new CancelUpdate(tags);
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        session.Selected!.Contexts.Cancel(Tags);
        return new(Reply.Ok("No further updates"));
    }
}
