using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LIST, plain and extended. RFC 9051 §6.3.9, RFC 5258; children are told unasked (RFC 3348).</summary>
/// <param name="Patterns">Without any it asks for the separator (an empty pattern in the plain form).</param>
sealed record List(string Reference, IReadOnlyList<string> Patterns, ListOptions Options, bool AsksForSeparator)
    : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        var options = new ListOptions();
        args.ExpectSP();
        var extended = args.Char('(');
        if (extended)
        {
            options.ExpectSelection(ref args);
            args.ExpectSP();
        }
        var reference = args.ExpectMailbox();
        args.ExpectSP();
        var several = args.Char('(');
        var patterns = several ? ExpectPatterns(ref args) : [args.ExpectListMailbox()];
        var returns = args.SP();
        if (returns)
            options.ExpectReturn(ref args);
        args.ExpectEnd();

        var plain = !extended && !several && !returns;
        return new List(reference, patterns, options, plain && patterns[0].Length == 0);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (AsksForSeparator)
        {
            session.Writer.Line("LIST (\\Noselect) \"/\" \"\"");
            return Reply.Ok("Done");
        }

        var patterns = Patterns.Select(pattern => new MailboxPattern(Reference, pattern)).ToList();
        var all = await NamespaceView.ListAsync(session, patterns.Exists(one => one.ReachesOthers), cancel);
        if (MailboxPattern.AreTooMuch(patterns, all.Mailboxes.Select(found => found.Name).Concat(all.Missing)))
            return Reply.PatternsTooLong;
        var selected = all.Mailboxes.Select(found => found.Mailbox).Where(IsSelected);
        var above = Options.RecursiveMatch ? MailboxTree.Ancestors(selected) : [];
        foreach (var found in all.Mailboxes.Where(found => Matches(found.Name)))
        {
            var hasSelectedChild = above.Contains(found.Name);
            var isSelected = IsSelected(found.Mailbox);
            if (!hasSelectedChild && !isSelected)
                continue;
            session.Writer.List(
                found.Mailbox,
                found.HasChildren,
                Options.ReturnSubscribed && found.Mailbox.Subscribed,
                hasSelectedChild ? Options.SelectedBy : null
            );
            if (Options.ReturnMyRights && isSelected)
                session.Writer.MyRights(found); // RFC 8440 §3
            if (Options.ReturnStatus is { } status && found.Rights.HasFlag(MailboxRights.Read))
                await status.WriteAsync(session, found, cancel); // RFC 5819 §2
            if (Options.ReturnMetadata.Count > 0 && found.IsOwn)
                await WriteMetadataAsync(session, found.Mailbox, cancel);
            await session.Writer.FlushIfFullAsync();
        }
        foreach (var name in all.Missing.Where(Matches))
        {
            var hasSelectedChild = above.Contains(name);
            if (hasSelectedChild || (!Options.Subscribed && !Options.SpecialUse))
                session.Writer.ListMissing(
                    name,
                    session.Dialect.Revision2,
                    hasSelectedChild ? Options.SelectedBy : null
                );
        }
        return Reply.Ok("Done");

        bool Matches(string name) => patterns.Exists(pattern => pattern.Matches(name));
    }

    /// <summary>RFC 9590; a mailbox that never had any is not asked for.</summary>
    async ValueTask WriteMetadataAsync(ImapSession session, Mailbox mailbox, CancellationToken cancel)
    {
        MetadataAnswer? answer = null;
        if (mailbox.MetadataRevision > 0 || Options.ReturnMetadata.Contains(MetadataNames.SpecialUse))
        {
            var request = new MetadataRequest(session.Account, mailbox.Id, Options.ReturnMetadata, 0, null, null);
            answer = await session.Gateway.GetMetadataAsync(request, cancel);
        }
        var entries = GetMetadata.WithMissing(Options.ReturnMetadata, answer?.Entries ?? []);
        session.Writer.Metadata(mailbox.Name, entries);
    }

    bool IsSelected(Mailbox mailbox) =>
        (!Options.Subscribed || mailbox.Subscribed)
        && (!Options.SpecialUse || SpecialUse.Attribute(mailbox.Role) is not null);

    static List<string> ExpectPatterns(ref ImapReader args)
    {
        var patterns = new List<string>();
        do
        {
            if (patterns.Count == ImapLimits.ListItems)
                throw new SyntaxException($"At most {ImapLimits.ListItems} patterns");
            patterns.Add(args.ExpectListMailbox());
        } while (args.SP());
        args.ExpectChar(')');
        return patterns;
    }
}
