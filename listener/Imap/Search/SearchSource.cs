using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Selected;
using Cloud.Store;

namespace Cloud.Listener.Imap.Search;

/// <summary>A mailbox that is searched, selected or not, as the session sees it.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Keywords">Their place is their bit.</param>
readonly record struct SearchSource(Access Account, MailboxId Id, SequenceView View, IReadOnlyList<string> Keywords);
