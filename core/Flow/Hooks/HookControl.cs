using System.Globalization;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>A subscription as its owner sees it.</summary>
/// <param name="Secret">Of v1; whoever has it can sign as we do.</param>
/// <param name="PublicKey">Of v1a.</param>
public sealed record HookInfo(Hook Hook, Endpoint Endpoint, string? Secret, string? PublicKey);

/// <summary>Which deliveries are meant.</summary>
public sealed record ReplayFilter
{
    /// <summary>Of events from this time on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Null for all states but those on their way.</summary>
    public DeliveryState? State { get; init; }

    public MailEventKind? Kind { get; init; }

    /// <summary>Pattern of the reverse path or the author.</summary>
    public string? Sender { get; init; }

    /// <summary>Pattern of the address of ours, or a recipient.</summary>
    public string? Recipient { get; init; }

    internal bool Matches(HookDelivery delivery) =>
        (State is null ? delivery.IsFinal : delivery.State == State)
        && (Kind is null || delivery.Event.Kind == Kind)
        && new HookRule { Sender = Sender, Recipient = Recipient }.Matches(delivery.Event);
}

/// <summary>Makes, changes and removes subscriptions; shows deliveries, and sends them again.</summary>
public sealed class HookControl
{
    /// <summary>Deliveries that one call sends again; the next goes on where it ended.</summary>
    public const int ReplayAtATime = 1000;

    /// <summary>How long deliveries are kept, those that were given up among them.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(30);

    const int Page = 100;

    /// <summary>Until what is sent again is tried: longer than it takes to record that it is.</summary>
    static readonly TimeSpan ReplayPause = TimeSpan.FromSeconds(3);

    /// <summary>A delivery that waits so long beyond its time has no task: a slow store recorded it after that had come.</summary>
    static readonly TimeSpan Stranded = TimeSpan.FromMinutes(1);

    readonly HookStore store;
    readonly HookQueue queue;
    readonly TimeProvider time;
    readonly Entropy entropy;

    internal HookControl(HookStore rows, HookQueue timer, TimeProvider clock, Entropy random) =>
        (store, queue, time, entropy) = (rows, timer, clock, random);

    /// <summary>Makes a subscription of what is wanted; id, time and keys are given to it.</summary>
    /// <returns>The subscription; or why there can be no more.</returns>
    /// <exception cref="ArgumentException">It is not sound: <see cref="HookCheck"/> says why.</exception>
    public async ValueTask<(HookInfo? Made, string? TooMany)> AddAsync(Hook wanted, CancellationToken cancel)
    {
        if (HookCheck.Faults(wanted) is [var fault, ..])
            throw new ArgumentException($"{fault.Field}: {fault.Fault}", nameof(wanted));
        var there = await store.ListAsync(removed: false, cancel);
        var ofTenant = there.Count(row => row.Hook.Tenant == wanted.Tenant);
        if (there.Count >= Hook.MaxHooks)
            return (null, $"There are {Hook.MaxHooks} webhooks, and no more can be");
        if (!wanted.IsOperators && ofTenant >= Hook.MaxOfTenant)
            return (null, $"There are {Hook.MaxOfTenant} webhooks of the tenant, and no more can be");
        if (HookCrowd.FaultOf(wanted, there.Select(row => row.Hook)) is { } crowded)
            return (null, crowded);
        var id = string.Create(CultureInfo.InvariantCulture, $"wh_{entropy.Next64():x16}");
        var hook = wanted with { Id = id, Created = time.GetUtcNow(), Revision = 1 };
        var row = new HookRow(hook, HookKeys.Create(entropy), Endpoint.Sound, null);
        if (await store.InsertAsync(row) is not { } written)
            throw new StoreException("The number of a subscription came twice");
        await store.AnnounceAsync();
        return (InfoOf(written), null);
    }

    /// <summary>All of a tenant, or all.</summary>
    /// <param name="tenant">Null for all.</param>
    public async ValueTask<IReadOnlyList<HookInfo>> ListAsync(string? tenant, CancellationToken cancel) =>
        [
            .. (await store.ListAsync(removed: false, cancel))
                .Where(row => tenant is null || row.Hook.Tenant == tenant)
                .Select(InfoOf),
        ];

    /// <returns>Null where there is none.</returns>
    public async ValueTask<HookInfo?> FindAsync(string id, CancellationToken cancel) =>
        IsId(id) && await store.FindAsync(id, cancel) is { } row ? InfoOf(row) : null;

    /// <summary>Changes a subscription.</summary>
    /// <param name="change">Called anew if somebody else has changed it meanwhile; null: it is left as it is.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ArgumentException">It is not sound: <see cref="HookCheck"/> says why.</exception>
    public ValueTask<HookInfo?> ChangeAsync(string id, Func<Hook, Hook?> change, CancellationToken cancel) =>
        ChangeRowAsync(
            id,
            row =>
            {
                if (change(row.Hook) is not { } hook)
                    return null;
                if (HookCheck.Faults(hook) is [var fault, ..])
                    throw new ArgumentException($"{fault.Field}: {fault.Fault}", nameof(change));
                var isAnother = hook.Url != row.Hook.Url || (hook.IsEnabled && !row.Hook.IsEnabled);
                return row with
                {
                    Hook = hook with { Id = id, Created = row.Hook.Created, Revision = row.Hook.Revision + 1 },
                    Endpoint = isAnother ? Endpoint.Sound : row.Endpoint, // the new one gets a chance
                };
            },
            cancel
        );

    /// <summary>Makes a new secret; the old ones count for a while, so that receivers can change in between.</summary>
    /// <param name="pair">The pair of v1a is made anew, too.</param>
    public ValueTask<HookInfo?> RotateAsync(string id, TimeSpan overlap, bool pair, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return ChangeRowAsync(
            id,
            row =>
                row.Sealed is null
                    ? row with
                    {
                        Keys = row.Keys.Rotated(entropy, now + overlap, now, pair),
                    }
                    : throw new ArgumentException("The key-encryption key is not known here", nameof(id)),
            cancel
        );
    }

    /// <returns>False where there is none.</returns>
    public async ValueTask<bool> RemoveAsync(string id, CancellationToken cancel)
    {
        while (IsId(id) && await store.FindAsync(id, cancel) is { } row)
        {
            if (await store.ReplaceAsync(row with { Removed = time.GetUtcNow() }) is null)
                continue;
            await store.AnnounceAsync();
            return true;
        }
        return false;
    }

    /// <summary>Sends an event that nothing has happened to, whatever the subscription is about.</summary>
    /// <returns>Its id; null where there is no such subscription.</returns>
    public async ValueTask<string?> TestAsync(string id, CancellationToken cancel)
    {
        if (!IsId(id) || await store.FindAsync(id, cancel) is not { } row)
            return null;
        var number = TransactionId.Create(time, entropy);
        var told = new MailEvent(
            $"{number}",
            MailEventKind.Test,
            number.At.ToUnixTimeMilliseconds(),
            row.Hook.Domain ?? ""
        )
        {
            Hooks = [id],
        };
        await queue.SendAsync(new(told), TimeSpan.Zero, cancel);
        return told.PublicId;
    }

    /// <summary>Deliveries, the newest first.</summary>
    /// <param name="cursor">Null for the first page.</param>
    public async ValueTask<(IReadOnlyList<HookDelivery> Found, string? Next)> ListAsync(
        string id,
        ReplayFilter filter,
        string? cursor,
        int limit,
        CancellationToken cancel
    )
    {
        var found = new List<HookDelivery>();
        if (!IsId(id))
            return (found, null);
        do
        {
            var (page, next) = await store.ListAsync(id, filter.From, filter.To, cursor, limit, cancel);
            found.AddRange(page.Where(one => filter.State is null ? Any(filter, one) : filter.Matches(one)));
            cursor = next;
        } while (cursor is not null && found.Count == 0);
        return (found, cursor);

        static bool Any(ReplayFilter filter, HookDelivery one) => (filter with { State = one.State }).Matches(one);
    }

    /// <returns>Null where there is none.</returns>
    public async ValueTask<HookDelivery?> FindAsync(string id, string eventId, CancellationToken cancel) =>
        IsId(id) && MailEvent.ParseId(eventId) is { } number ? await store.FindAsync(id, number, cancel) : null;

    /// <summary>Sends one event again, to the same endpoint or another, under its id.</summary>
    /// <param name="to">Another subscription; null for the same.</param>
    /// <returns>False where there is no such delivery, it is on its way, or there is no such subscription.</returns>
    public async ValueTask<bool> ReplayAsync(string id, string eventId, string? to, CancellationToken cancel) =>
        await FindAsync(id, eventId, cancel) is { } delivery
        && await FindAsync(to ?? id, cancel) is not null
        && await ReplayAsync(delivery, to ?? id, cancel);

    /// <summary>Sends again what a filter says.</summary>
    /// <param name="cursor">Null at first, then what the last call gave.</param>
    /// <returns>How many are on their way; and where to go on, null at the end.</returns>
    public async ValueTask<(int Count, string? Next)> ReplayAsync(
        string id,
        ReplayFilter filter,
        string? to,
        string? cursor,
        CancellationToken cancel
    )
    {
        var count = 0;
        if (await FindAsync(to ?? id, cancel) is null)
            return (0, null);
        for (var seen = 0; seen < ReplayAtATime; )
        {
            var (page, next) = await store.ListAsync(id, filter.From, filter.To, cursor, Page, cancel);
            seen += Math.Max(page.Count, 1);
            foreach (var delivery in page.Where(filter.Matches))
                count += await ReplayAsync(delivery, to ?? id, cancel) ? 1 : 0;
            cursor = next;
            if (cursor is null)
                break;
        }
        return (count, cursor);
    }

    /// <summary>A schedule of its own; the attempts of before stay in its record.</summary>
    /// <remarks>The task first: a record that says that it waits, with nobody to try it, could not be replayed again.</remarks>
    async ValueTask<bool> ReplayAsync(HookDelivery delivery, string to, CancellationToken cancel)
    {
        var there = to == delivery.Hook ? delivery : await store.FindAsync(to, delivery.Event.Number, cancel);
        var isStranded = there is { State: DeliveryState.Waiting } && time.GetUtcNow() - there.Due > Stranded;
        if (there is { IsFinal: false } && !isStranded)
            return false;
        await queue.SendAsync(new(null, to, delivery.Event.Id), ReplayPause, cancel);
        if (isStranded)
            return true; // it is recorded already: one task more finds it, or none
        var anew = new HookDelivery(to, delivery.Event, DeliveryState.Waiting, time.GetUtcNow(), 0, []);
        // Null: somebody else does the same, and the task finds his.
        return there is null
            ? await store.InsertAsync(anew, CancellationToken.None) is not null
            : await store.ReplaceAsync(anew with { Attempts = there.Attempts, ETag = there.ETag }) is not null;
    }

    async ValueTask<HookInfo?> ChangeRowAsync(string id, Func<HookRow, HookRow?> change, CancellationToken cancel)
    {
        while (IsId(id) && await store.FindAsync(id, cancel) is { } row)
        {
            if (change(row) is not { } wanted)
                return InfoOf(row);
            if (await store.ReplaceAsync(wanted) is not { } written)
                continue;
            await store.AnnounceAsync();
            return InfoOf(written);
        }
        return null;
    }

    static bool IsId(string id) =>
        id.Length == 19 && id.StartsWith("wh_", StringComparison.Ordinal) && id[3..].All(char.IsAsciiHexDigitLower);

    static HookInfo InfoOf(HookRow row) =>
        row.Keys.Secrets.Count == 0
            ? new(row.Hook, row.Endpoint, null, null)
            : new(row.Hook, row.Endpoint, row.Keys.Secret, row.Keys.PublicKey);
}
