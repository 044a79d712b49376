using System.Globalization;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>COPY and UID COPY. RFC 9051 §6.4.7.</summary>
sealed record Copy(SequenceSet Set, bool Uids, string Target) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args) => Parse(ref args, uids: false);

    public static IImapCommand ParseUid(ref ImapReader args) => Parse(ref args, uids: true);

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var selected = session.Selected!;
        var named = selected.Find(Set, Uids);
        if (await session.FindMailboxAsync(Target, cancel) is not { } target)
            return Reply.TryCreate;
        if (named.IsEmpty)
            return Reply.Ok("No such message");

        var request = selected.CopyTo(target, named);
        var copied = await session.Gateway.CopyAsync(request, cancel);
        if (!copied.IsOk)
            return Refused(copied);
        if (selected.Is(target))
            selected.Touched();
        else if (copied.Value.Uids.Count > 0 && request.To is null)
            selected.Took(copied.Value.Revision);
        return copied.Value.Uids.Count == 0 ? Reply.MessagesGone : Reply.Ok("Copied", CopyUid(copied.Value));
    }

    /// <summary>The target may have gone since it was looked up.</summary>
    public static Reply Refused(Result<CopyResult> refused) =>
        refused.Refusal == Refusal.NotFound ? Reply.TryCreate : Reply.From(refused.Refusal, refused.Reason);

    /// <summary>COPYUID: source and target UIDs, pair by pair in the same order (RFC 4315 §3).</summary>
    public static string CopyUid(CopyResult copied)
    {
        var (sources, targets) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < copied.Uids.Count; )
        {
            var end = i + 1;
            while (end < copied.Uids.Count && Follows(copied.Uids[end - 1], copied.Uids[end]))
                end++;
            AppendRange(sources, copied.Uids[i].Source, copied.Uids[end - 1].Source);
            AppendRange(targets, copied.Uids[i].Target, copied.Uids[end - 1].Target);
            i = end;
        }
        return string.Create(CultureInfo.InvariantCulture, $"COPYUID {copied.UidValidity} {sources} {targets}");
    }

    static IImapCommand Parse(ref ImapReader args, bool uids)
    {
        args.ExpectSP();
        var set = args.ExpectSequenceSet();
        args.ExpectSP();
        var target = args.ExpectMailbox();
        args.ExpectEnd();
        return new Copy(set, uids, target);
    }

    static bool Follows((uint Source, uint Target) first, (uint Source, uint Target) second) =>
        second.Source == first.Source + 1 && second.Target == first.Target + 1;

    public static void AppendRange(StringBuilder text, uint first, uint last)
    {
        if (text.Length > 0)
            text.Append(',');
        text.Append(CultureInfo.InvariantCulture, $"{first}");
        if (last != first)
            text.Append(CultureInfo.InvariantCulture, $":{last}");
    }
}
