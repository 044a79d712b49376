using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap.Search;
using Cloud.Listener.Imap.Wire;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Imap.Selected;

/// <summary>The mailbox a session has selected: its view, and what keeps that up to date.</summary>
/// <remarks>
/// One watch per selected mailbox ends when the account changes; until then commands cost no look at the store. What
/// the session changes itself moves the revision on by one, and then nothing else can have happened in between.
/// </remarks>
sealed class SelectedMailbox : IDisposable
{
    readonly IGateway gateway;
    readonly FoundMailbox found;
    readonly SelectedEntries shared;
    readonly Dialect dialect;
    readonly Action wake;
    readonly CancellationTokenSource closing = new();
    Task<ulong>? watch;
    ulong revision;
    ulong highest;
    int announcedRecent;
    IReadOnlyList<string> announcedKeywords;
    MailboxRights announcedRights;
    bool stale;

    /// <param name="shared">Disposed of with it.</param>
    public SelectedMailbox(
        ImapSession session,
        FoundMailbox named,
        MailboxView opened,
        SelectedEntries shared,
        bool readOnly
    )
    {
        (gateway, found, this.shared) = (session.Gateway, named, shared);
        Ids = new(named.Account.Id);
        (dialect, wake) = (session.Dialect, session.Connection.Wake);
        ReadOnly = readOnly;
        Mailbox = Named(opened.Mailbox);
        View = SequenceView.Of(opened.Entries, FirstRecent);
        revision = opened.Revision;
        KnownModSeq = highest = opened.Mailbox.HighestModSeq;
        announcedRecent = View.Recent;
        announcedKeywords = Mailbox.Keywords;
        announcedRights = Mailbox.Rights;
        Contexts = new(session, this);
        Watch();
    }

    /// <summary>Searches that are kept.</summary>
    public SearchContexts Contexts { get; }

    public SearchSource Source => new(Account, Id, View, Mailbox.Keywords);

    /// <summary>Under the name that the user knows it by.</summary>
    public Mailbox Mailbox { get; private set; }

    /// <summary>Whose it is.</summary>
    public Access Account => found.Account;

    public FoundMailbox Found => found with { Mailbox = Mailbox };

    /// <summary>The ids of its messages.</summary>
    public ObjectIds Ids { get; }

    public bool Is(FoundMailbox other) => other.Key == Found.Key;

    public CopyRequest CopyTo(FoundMailbox target, IndexRanges messages) =>
        new(Account, Id, messages.ToUids(View), target.Mailbox.Id)
        {
            To = target.Account.Id == Account.Id ? null : target.Account,
        };

    public MailboxId Id => Mailbox.Id;

    public SequenceView View { get; }

    public bool ReadOnly { get; }

    /// <summary>IMAP4rev2 knows no \Recent (RFC 9051 appendix E): it stays for a session that does.</summary>
    uint FirstRecent => dialect.Revision2 ? uint.MaxValue : Mailbox.FirstRecent;

    /// <summary>Of all changes up to this one the client has heard (RFC 7162 §3.2).</summary>
    public ulong KnownModSeq { get; private set; }

    /// <summary>The client waits to be told; set while it does.</summary>
    public bool IsIdling { get; set; }

    /// <summary>The client is told between commands, too (RFC 5465).</summary>
    public bool IsNotified { get; set; }

    /// <summary>The messages a command names.</summary>
    /// <exception cref="SyntaxException">A sequence number that no message has (RFC 9051 §9 seq-number).</exception>
    public IndexRanges Find(SequenceSet set, bool uids)
    {
        if (set.IsSaved)
            return View.FindUids(Saved.Ranges);
        if (uids)
            return View.FindUids(set.Against(View.LastUid));
        var found = new List<(int, int)>(set.Ranges.Count);
        foreach (var (first, last) in set.Against((uint)View.Count))
        {
            if (first == 0 || last > View.Count)
                throw new SyntaxException($"There is no message {last}");
            found.Add(((int)first - 1, (int)last - 1));
        }
        return IndexRanges.Of(found);
    }

    /// <summary>The UIDs a command names, whether messages have them or not; <c>*</c> is the last that was ever given.</summary>
    public UidSet UidsOf(SequenceSet set) =>
        set.IsSaved ? Saved : set.ToUids(Mailbox.UidNext - 1).Intersect(UidSet.Of([(1, Mailbox.UidNext - 1)]));

    /// <summary>What <c>$</c> stands for; messages that are gone drop out by themselves (RFC 5182 §2.1).</summary>
    public UidSet Saved { get; set; } = UidSet.Empty;

    /// <summary>The session has itself put something into this mailbox: look before the next answer.</summary>
    public void Touched() => stale = true;

    /// <summary>The session has itself changed the account.</summary>
    /// <param name="after">The account's revision after that.</param>
    public void Took(ulong after)
    {
        if (after == revision + 1)
            revision = after;
        else if (after > revision)
            stale = true;
    }

    /// <summary>Takes over flags that a command of this session has changed.</summary>
    public void Took(StoreFlagsResult stored)
    {
        Mailbox = Mailbox with { Keywords = stored.Mailbox.Keywords };
        View.Apply(stored.Entries, UidSet.Empty, uint.MaxValue);
        TookHere(stored.Revision, stored.Entries.Count > 0);
    }

    /// <summary>Takes over what a command of this session has removed.</summary>
    public void Took(ulong after, UidSet removed)
    {
        View.Apply([], removed, uint.MaxValue);
        TookHere(after, !removed.IsEmpty);
    }

    /// <param name="changed">A revision that nothing was changed for is somebody else's.</param>
    void TookHere(ulong after, bool changed)
    {
        if (changed && after == revision + 1)
        {
            highest = revision = after;
            View.Share(shared, revision);
        }
        else if (after > revision)
            stale = true;
    }

    /// <summary>Asks the store for changes.</summary>
    /// <param name="always">Also when the watch has seen none.</param>
    /// <returns>False when the mailbox is gone.</returns>
    public async ValueTask<bool> SyncAsync(bool always, CancellationToken cancel)
    {
        var ended = watch is null or { IsCompleted: true };
        if (!always && !stale && !(ended && HasMoved()))
        {
            if (ended)
                Watch();
            return true;
        }

        var claimRecent = !ReadOnly && !dialect.Revision2;
        var changes = await gateway.SyncAsync(Account, Id, revision, claimRecent, cancel);
        if (changes is null)
            return false;
        stale = false;
        Mailbox = Named(changes.Mailbox);
        View.Apply(changes.Changed, changes.Vanished, FirstRecent);
        revision = Math.Max(revision, changes.Revision);
        highest = Math.Max(highest, changes.Mailbox.HighestModSeq);
        View.Share(shared, revision);
        if (ended)
            Watch();
        return true;
    }

    /// <summary>EXISTS, RECENT, and keywords that are new.</summary>
    /// <returns>The messages that the client did not know of.</returns>
    public IndexRanges AnnounceArrivals(ImapWriter writer)
    {
        var first = View.Announced;
        if (View.TakeExists())
            writer.Line(View.Count, "EXISTS"u8);
        if (View.Recent != announcedRecent)
            writer.Line(announcedRecent = View.Recent, "RECENT"u8);
        AnnounceKeywords(writer);
        return first < View.Count ? new([(first, View.Count - 1)]) : IndexRanges.None;
    }

    public async ValueTask AnnounceFlagsAsync(ImapWriter writer)
    {
        AnnounceKeywords(writer);
        foreach (var index in View.TakeChanges())
        {
            FlagsOf(writer, index, withUid: true);
            await writer.FlushIfFullAsync();
        }
    }

    public async ValueTask AnnounceExpungesAsync(ImapWriter writer)
    {
        var expunged = View.TakeExpunges();
        if (expunged.Count > 0)
            View.Share(shared, revision);
        if (expunged.Count > 0 && dialect.TellsVanished)
        {
            writer.Put($"* VANISHED {UidSet.Of(expunged.Select(each => each.Uid))}"); // RFC 7162 §3.2.10.2
            writer.Crlf();
            return;
        }
        foreach (var (number, _) in expunged)
        {
            writer.Line(number, "EXPUNGE"u8);
            await writer.FlushIfFullAsync();
        }
    }

    /// <summary>
    /// While an expunge waits to be told, later changes are: a client that is cut off now must ask again from before it
    /// (RFC 7162 §3.2).
    /// </summary>
    public void AnnounceModSeq(ImapWriter writer)
    {
        if (!View.HasGone)
        {
            KnownModSeq = highest;
        }
        else if (dialect.QResync)
        {
            writer.HighestModSeq(KnownModSeq); // each time: a later MODSEQ would else count as known (RFC 7162 §6)
        }
    }

    /// <summary>Tells which messages were removed after a mod-sequence, before the client had selected the mailbox.</summary>
    /// <param name="among">Only these.</param>
    public async ValueTask TellEarlierAsync(ImapWriter writer, ulong since, UidSet among, CancellationToken cancel)
    {
        if (since >= KnownModSeq || among.IsEmpty)
            return;
        if (await gateway.SyncAsync(Account, Id, since, claimRecent: false, cancel) is not { } changes)
            return;
        // What is in the view has a number still: it is told as it is taken out of it.
        var gone = changes.Vanished.Intersect(among);
        gone = gone.Except(View.FindUids(gone.Ranges).ToExactUids(View));
        if (gone.IsEmpty)
            return;
        writer.Put($"* VANISHED (EARLIER) {gone}"); // RFC 7162 §3.2.10.1
        writer.Crlf();
    }

    /// <summary>Before a response that may show keywords the client has not heard of (RFC 9051 §7.3.5).</summary>
    public void AnnounceKeywords(ImapWriter writer)
    {
        if (ReferenceEquals(announcedKeywords, Mailbox.Keywords) && announcedRights == Mailbox.Rights)
            return;
        // RFC 4314 §5.1.1: other rights, other flags.
        var grown = !announcedKeywords.SequenceEqual(Mailbox.Keywords) || announcedRights != Mailbox.Rights;
        (announcedKeywords, announcedRights) = (Mailbox.Keywords, Mailbox.Rights);
        if (grown)
            writer.ApplicableFlags(Mailbox, ReadOnly);
    }

    /// <summary><c>* 5 FETCH (UID 9 FLAGS (\Seen) MODSEQ (12))</c>; mod-sequences only for who asked for them.</summary>
    public void FlagsOf(ImapWriter writer, int index, bool withUid)
    {
        BeginFetch(writer, index, withUid);
        writer.Put("FLAGS "u8);
        writer.Flags(View.Flags(index), View.IsRecent(index), View.Keywords(index), Mailbox);
        if (dialect.Condstore)
        {
            writer.Put(" "u8);
            ModSeqOf(writer, index);
        }
        writer.Put(")\r\n"u8);
    }

    /// <summary><c>* 5 FETCH (UID 9 MODSEQ (12))</c>.</summary>
    public void ModSeqAloneOf(ImapWriter writer, int index)
    {
        BeginFetch(writer, index, withUid: true);
        ModSeqOf(writer, index);
        writer.Put(")\r\n"u8);
    }

    /// <summary><c>* 5 FETCH (</c>, or <c>* 9 UIDFETCH (</c> where UIDs are all that counts (RFC 9586 §3).</summary>
    public void BeginMessageData(ImapWriter writer, int index)
    {
        writer.Put("* "u8);
        writer.Put(dialect.UidOnly ? View.Uid(index) : (ulong)index + 1);
        writer.Put(dialect.UidOnly ? " UIDFETCH ("u8 : " FETCH ("u8);
    }

    void BeginFetch(ImapWriter writer, int index, bool withUid)
    {
        BeginMessageData(writer, index);
        if (dialect.UidOnly || (!withUid && !dialect.Condstore)) // RFC 7162 §3.2.4
            return;
        writer.Put("UID "u8);
        writer.Put(View.Uid(index));
        writer.Put(" "u8);
    }

    void ModSeqOf(ImapWriter writer, int index)
    {
        writer.Put("MODSEQ ("u8);
        writer.Put(View.ModSeq(index));
        writer.Put(")"u8);
    }

    /// <summary>The gateway calls it what its owner does.</summary>
    Mailbox Named(Mailbox mailbox) => found.Account.By is null ? mailbox : mailbox with { Name = found.Name };

    public void Dispose()
    {
        shared.Dispose();
        closing.Cancel();
        closing.Dispose();
    }

    /// <summary>A watch that failed counts as moved: the sync that follows shows whether the store is back.</summary>
    bool HasMoved() => watch is not { IsCompletedSuccessfully: true } || watch.Result > revision;

    void Watch()
    {
        watch = gateway.WatchAsync(Account.Id, revision, closing.Token).AsTask();
        _ = watch.ContinueWith(
            static (ended, state) =>
            {
                var selected = (SelectedMailbox)state!;
                _ = ended.Exception; // Seen: a failed watch wakes nobody, or an idle session would spin.
                if (ended.IsCompletedSuccessfully && (selected.IsIdling || selected.IsNotified))
                    selected.wake();
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }
}
