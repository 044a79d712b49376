using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Notify;

/// <summary>Annotations that somebody else has changed (RFC 5464).</summary>
sealed class AnnotationChanges(ImapSession session, KnownMailboxes known)
{
    static readonly string[] All = [MetadataNames.Private, MetadataNames.Shared];

    /// <param name="mailbox">Of the user's own; default for the server.</param>
    /// <param name="since">The revision that is known.</param>
    /// <returns>Null where the mailbox is gone.</returns>
    public async ValueTask<MetadataAnswer?> SinceAsync(MailboxId mailbox, ulong since, CancellationToken cancel)
    {
        var request = new MetadataRequest(session.Account, mailbox, All, int.MaxValue, null, since);
        var answer = await session.Gateway.GetMetadataAsync(request, cancel);
        return answer is null
            ? null
            : answer with
            {
                Entries = [.. answer.Entries.Where(entry => !known.IsOwn(entry))],
            };
    }
}
