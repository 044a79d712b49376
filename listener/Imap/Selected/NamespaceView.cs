using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;

namespace Cloud.Listener.Imap.Selected;

/// <summary>All names that a user may see, in all namespaces (RFC 2342).</summary>
sealed class NamespaceView
{
    public static readonly NamespaceView Empty = new([]);

    readonly HashSet<string> parents;

    NamespaceView(IReadOnlyList<FoundMailbox> mailboxes)
    {
        parents = MailboxTree.Ancestors(mailboxes.Select(found => found.Mailbox));
        Mailboxes = [.. mailboxes.Select(found => found with { HasChildren = parents.Contains(found.Name) })];
    }

    /// <summary>From <see cref="VisibleMailboxes.Sharers"/>; 0 where nobody's were asked for.</summary>
    ulong Sharers { get; init; }

    /// <summary>When all of them were last read from the store, or just before: a timestamp.</summary>
    public long ListedAt { get; private init; }

    /// <summary>The user's own first.</summary>
    public IReadOnlyList<FoundMailbox> Mailboxes { get; }

    /// <summary>Levels above others' mailboxes that are no mailboxes, or none that the user may list.</summary>
    public IEnumerable<string> Missing =>
        parents.Except(Mailboxes.Select(found => found.Name)).Order(StringComparer.Ordinal);

    /// <summary>What LIST may show.</summary>
    /// <param name="others">False where only the user's own are of matter: the others' are not asked for.</param>
    public static async ValueTask<NamespaceView> ListAsync(ImapSession session, bool others, CancellationToken cancel)
    {
        var begun = session.Services.Time.GetTimestamp();
        if (!others)
        {
            var own = await session.Gateway.ListMailboxesAsync(session.Account, cancel);
            return new([.. own.Select(mailbox => Own(session, mailbox))]) { ListedAt = begun };
        }
        return All(session, await session.Gateway.ListVisibleAsync(session.Reader, known: 0, cancel), begun);
    }

    static NamespaceView All(ImapSession session, VisibleMailboxes visible, long begun) =>
        new([
            .. visible.Own.Select(mailbox => Own(session, mailbox)),
            .. visible.Shared.SelectMany(shared => Listed(session, shared)),
        ])
        {
            Sharers = visible.Sharers,
            ListedAt = begun,
        };

    /// <summary>The names as they are now, but others' as they were where nobody has begun or ended to share anything.</summary>
    public async ValueTask<NamespaceView> ListAgainAsync(ImapSession session, CancellationToken cancel)
    {
        var begun = session.Services.Time.GetTimestamp();
        var visible = await session.Gateway.ListVisibleAsync(session.Reader, Sharers, cancel);
        if (Sharers == 0 || visible.Sharers != Sharers)
            return All(session, visible, begun);
        var own = visible.Own.Select(mailbox => Own(session, mailbox));
        return Of([.. own, .. Mailboxes.Where(found => !found.IsOwn)]);
    }

    /// <summary>Others of the same sharers.</summary>
    NamespaceView Of(IReadOnlyList<FoundMailbox> mailboxes) =>
        new(mailboxes) { Sharers = Sharers, ListedAt = ListedAt };

    /// <summary>The same names, with what another shares now.</summary>
    /// <param name="address">Whose account it is.</param>
    public async ValueTask<NamespaceView> RefreshAsync(
        ImapSession session,
        AccountId account,
        string address,
        CancellationToken cancel
    )
    {
        var shared = await session.Gateway.FindSharedAsync(session.Reader, address, cancel);
        var now = shared?.Account == account ? Listed(session, shared) : [];
        return Of([.. Mailboxes.Where(found => found.Account.Id != account), .. now]);
    }

    /// <summary>With one more.</summary>
    public NamespaceView With(FoundMailbox made) =>
        With(new Dictionary<MailboxKey, FoundMailbox?> { [made.Key] = made });

    /// <param name="changed">What each is now; null where it is gone.</param>
    public NamespaceView With(IReadOnlyDictionary<MailboxKey, FoundMailbox?> changed) =>
        Of([.. Mailboxes.Where(found => !changed.ContainsKey(found.Key)), .. changed.Values.OfType<FoundMailbox>()]);

    /// <param name="edit">What is made of each; null where it goes.</param>
    public NamespaceView Edit(Func<FoundMailbox, FoundMailbox?> edit) =>
        Of([.. Mailboxes.Select(edit).OfType<FoundMailbox>()]);

    static IEnumerable<FoundMailbox> Listed(ImapSession session, SharedAccount shared) =>
        Of(session, shared).Where(found => found.Rights.HasFlag(MailboxRights.Lookup));

    /// <returns>Null when there is no mailbox of this name, or none that the user may do anything with.</returns>
    public static async ValueTask<FoundMailbox?> FindAsync(ImapSession session, string name, CancellationToken cancel)
    {
        var own = await session.Gateway.ListMailboxesAsync(session.Account, cancel);
        if (own.FirstOrDefault(mailbox => mailbox.Name == name) is { } mailbox)
            return Own(session, mailbox) with { HasChildren = MailboxTree.HasChildren(mailbox, own) };
        if (OthersName.TryParse(name) is not { } other || await FindAsync(session, other, cancel) is not { } shared)
            return null;
        var known = new NamespaceView([.. Of(session, shared)]);
        return known.Mailboxes.FirstOrDefault(found => found.Name == other.ToString());
    }

    /// <returns>Null where the other user shares nothing with this one.</returns>
    public static async ValueTask<SharedAccount?> FindAsync(
        ImapSession session,
        OthersName name,
        CancellationToken cancel
    ) =>
        await session.Gateway.FindSharedAsync(session.Reader, name.Address, cancel) is { } shared
        && shared.IsShared == name.IsShared
            ? shared
            : null;

    /// <summary>A mailbox of the user's own, whose children are of no matter.</summary>
    public static FoundMailbox Own(ImapSession session, Mailbox mailbox) =>
        new(session.Account, session.Login, mailbox, HasChildren: false);

    /// <summary>An address with a slash in it would be two levels: no name leads there.</summary>
    static IEnumerable<FoundMailbox> Of(ImapSession session, SharedAccount shared)
    {
        if (shared.Address.Contains('/'))
            yield break;
        foreach (var mailbox in shared.Mailboxes)
        {
            var name = new OthersName(shared.IsShared, shared.Address, mailbox.Name).ToString();
            yield return new(
                new(shared.Account, session.Reader),
                shared.Address,
                mailbox with
                {
                    Name = name,
                },
                HasChildren: false
            );
        }
    }
}
