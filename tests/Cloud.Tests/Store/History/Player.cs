using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.History;

/// <summary>Plays steps against one or two gateways on one store and, beside them, against the model.</summary>
sealed class Player
{
    static readonly string[] Names = ["Work", "Work/Done", "Play", "Sent/Old", "Ärger", "Work/Done/Deep"];
    static readonly string[] Keywords = ["$Forwarded", "Later", "Junk"];

    readonly MemoryRows rows = new();
    readonly MemoryBlobs blobs = new();
    readonly Faults faults;
    readonly List<TestBackend> gateways = [];
    readonly Dictionary<MailboxId, (ulong Revision, SortedDictionary<uint, MessageEntry> Entries)> views = [];
    Model model = Model.New();
    int serial;

    Player(Faults plan) => faults = plan;

    public static async Task PlayAsync(IReadOnlyList<Step> steps, int processes, ulong seed, int faultOneIn)
    {
        var plan = faultOneIn > 0 ? Faults.Seeded(seed, faultOneIn) : new();
        plan.IsOn = false;
        var player = new Player(plan);
        var options = new StoreOptions { SoleOwner = processes == 1 };
        var clock = new ManualClock();
        var queues = new MemoryQueues(clock);
        for (var process = 0; process < processes; process++)
        {
            player.gateways.Add(
                await TestBackend.OpenAsync(
                    new FaultyRows(player.rows, plan),
                    new FaultyBlobs(player.blobs, plan),
                    queues,
                    clock,
                    options,
                    seed + (ulong)process
                )
            );
        }
        foreach (var step in steps)
            await player.PlayAsync(step);
        await player.CheckRowsAsync(faultOneIn > 0);
    }

    async Task PlayAsync(Step step)
    {
        var test = gateways[step.C % gateways.Count];
        ((ManualClock)test.Time).Advance(TimeSpan.FromMilliseconds(step.C % 1500));
        if (step.Kind == Kind.Sync)
        {
            await SyncAsync(test, step);
            return;
        }
        var before = model;
        var after = model;
        var failed = false;
        var (expected, operation) = Prepare(test, step);
        faults.IsOn = true;
        try
        {
            if (await operation())
                after = expected;
        }
        catch (StoreException)
        {
            (failed, after) = (true, expected);
        }
        faults.IsOn = false;
        await test.Backend.Inbound.WorkAsync(default);

        var actual = await ReadAsync(gateways[step.B % gateways.Count]);
        model = failed && actual.ToString() == before.ToString() ? before : after;
        Assert.Equal(model.ToString(), actual.ToString());
    }

    /// <summary>The model after the step, and the operation: true when it was done, false when it was refused.</summary>
    (Model After, Func<Task<bool>> Operation) Prepare(TestBackend test, Step step)
    {
        var paths = model.Mailboxes.Keys.Order(StringComparer.Ordinal).ToList();
        var (path, other) = (paths[step.A % paths.Count], paths[step.B % paths.Count]);
        var uids = Some(path, step.B);
        var text = $"text {serial}";
        switch (step.Kind)
        {
            case Kind.Receive:
                serial++;
                return (
                    model.Add("INBOX", new(text, MessageFlags.None, "")),
                    async () => Kept(await test.ReceiveAsync(text, TestBackend.Alice))
                );
            case Kind.Append:
                serial++;
                var keyword = Keywords[step.B % Keywords.Length];
                return (
                    model.Add(path, new(text, MessageFlags.Seen, keyword)),
                    async () => (await test.AppendAsync(test.AliceId, path, text, MessageFlags.Seen, keyword)).IsOk
                );
            case Kind.Flag:
                return Flag(test, step, path, uids);
            case Kind.Copy or Kind.Move:
                return Copy(test, path, uids, other, step.Kind == Kind.Move);
            case Kind.Expunge:
                var doomed = UidSet.Of(
                    model
                        .Mailboxes[path]
                        .Messages.Where(m => uids.Contains(m.Key) && m.Value.Flags.HasFlag(MessageFlags.Deleted))
                        .Select(m => m.Key)
                );
                return (
                    model.Remove(path, doomed),
                    async () =>
                        (
                            await test.Gateway.ExpungeAsync(
                                test.AliceId,
                                await IdAsync(test, path),
                                uids,
                                true,
                                default
                            )
                        ).IsOk
                );
            case Kind.Create:
                return Create(test, Names[step.B % Names.Length]);
            case Kind.Delete:
                return (
                    model.Without(path),
                    async () =>
                        (await test.Gateway.DeleteMailboxAsync(test.AliceId, await IdAsync(test, path), default)).IsOk
                );
            default:
                return Rename(test, path, Names[step.B % Names.Length]);
        }
    }

    static bool Kept(ReceiveResult result) =>
        result.Status == ReceiveStatus.Accepted ? true : throw new StoreException("Deferred");

    (Model, Func<Task<bool>>) Flag(TestBackend test, Step step, string path, UidSet uids)
    {
        var action = (FlagAction)(step.B % 3);
        var flags = (MessageFlags)(step.C % 32);
        var keyword = Keywords[step.C % Keywords.Length];
        return (
            model.Change(path, uids, message => Apply(message, action, flags, keyword)),
            async () =>
            {
                var id = await IdAsync(test, path);
                var request = new StoreFlagsRequest(test.AliceId, id, uids, action, flags, [keyword], null);
                return (await test.Gateway.StoreFlagsAsync(request, default)).IsOk;
            }
        );
    }

    static ModelMessage Apply(ModelMessage message, FlagAction action, MessageFlags flags, string keyword)
    {
        var keywords = message.Keywords.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return action switch
        {
            FlagAction.Add => message with
            {
                Flags = message.Flags | flags,
                Keywords = string.Join(' ', keywords.Append(keyword).Distinct().Order(StringComparer.Ordinal)),
            },
            FlagAction.Remove => message with
            {
                Flags = message.Flags & ~flags,
                Keywords = string.Join(' ', keywords.Where(k => k != keyword)),
            },
            _ => message with { Flags = flags, Keywords = keyword },
        };
    }

    (Model, Func<Task<bool>>) Copy(TestBackend test, string path, UidSet uids, string other, bool move)
    {
        var after = model;
        foreach (var (uid, message) in model.Mailboxes[path].Messages.Where(m => uids.Contains(m.Key)))
        {
            after = after.Add(other, message);
            if (move)
                after = after.Remove(path, UidSet.Of(uid));
        }
        return (
            after,
            async () =>
            {
                var request = new CopyRequest(
                    test.AliceId,
                    await IdAsync(test, path),
                    uids,
                    await IdAsync(test, other)
                );
                var result = move
                    ? await test.Gateway.MoveAsync(request, default)
                    : await test.Gateway.CopyAsync(request, default);
                return result.IsOk;
            }
        );
    }

    (Model, Func<Task<bool>>) Create(TestBackend test, string name)
    {
        var after = Parents(model, name);
        if (!after.Mailboxes.ContainsKey(name))
            after = after.With(name, new(1, []));
        return (
            after,
            async () => (await test.Gateway.CreateMailboxAsync(test.AliceId, name, MailboxRole.None, default)).IsOk
        );
    }

    (Model, Func<Task<bool>>) Rename(TestBackend test, string path, string name)
    {
        var after = Parents(model, name);
        if (path == "INBOX")
        {
            var inbox = model.Mailboxes[path];
            after = after.With(name, new(1, [])).With(path, inbox with { Messages = [] });
            foreach (var message in inbox.Messages.Values)
                after = after.Add(name, message);
        }
        else
        {
            var moved = after.Mailboxes.Where(m =>
                m.Key == path || m.Key.StartsWith(path + "/", StringComparison.Ordinal)
            );
            foreach (var (key, mailbox) in moved.ToList())
                after = after.Without(key).With(name + key[path.Length..], mailbox);
        }
        return (
            after,
            async () =>
                (await test.Gateway.RenameMailboxAsync(test.AliceId, await IdAsync(test, path), name, default)).IsOk
        );
    }

    static Model Parents(Model model, string name)
    {
        for (var at = name.IndexOf('/', StringComparison.Ordinal); at > 0; at = name.IndexOf('/', at + 1))
        {
            if (!model.Mailboxes.ContainsKey(name[..at]))
                model = model.With(name[..at], new(1, []));
        }
        return model;
    }

    UidSet Some(string path, int bits) =>
        UidSet.Of(model.Mailboxes[path].Messages.Keys.Where(uid => ((bits >> (int)(uid % 13)) & 1) == 1));

    async Task<MailboxId> IdAsync(TestBackend test, string path)
    {
        // The test's own look-up does not fail.
        var on = faults.IsOn;
        faults.IsOn = false;
        var id = (await test.MailboxAsync(test.AliceId, path)).Id;
        faults.IsOn = on;
        return id;
    }

    async Task<Model> ReadAsync(TestBackend test)
    {
        var read = new Dictionary<string, ModelMailbox>();
        var mailboxes = await test.Gateway.ListMailboxesAsync(test.AliceId, default);
        foreach (var mailbox in mailboxes)
        {
            var view = (await test.Gateway.OpenAsync(test.AliceId, mailbox.Id, false, default))!;
            CheckCounts(view);
            var messages = new SortedDictionary<uint, ModelMessage>();
            foreach (var entry in view.Entries)
            {
                var text = await test.ReadAsync(test.AliceId, entry.Email) ?? "(gone)";
                var keywords = view.Mailbox.Keywords.Where((_, bit) => ((entry.Keywords >> bit) & 1) == 1);
                messages.Add(
                    entry.Uid,
                    new(text, entry.Flags, string.Join(' ', keywords.Order(StringComparer.Ordinal)))
                );
            }
            read.Add(view.Mailbox.Name, new(view.Mailbox.UidNext, messages));
        }
        var account = (await test.Backend.Accounts.CurrentAsync(test.AliceId, default))!.Account;
        Assert.Equal(mailboxes.Sum(mailbox => mailbox.Octets), account.Octets);
        Assert.Equal(mailboxes.Sum(mailbox => mailbox.Messages), account.Messages);
        Assert.Equal(mailboxes.Count, mailboxes.Select(mailbox => mailbox.UidValidity).Distinct().Count());
        return new(read);
    }

    static void CheckCounts(MailboxView view)
    {
        var (mailbox, entries) = (view.Mailbox, view.Entries);
        Assert.Equal(entries.Count, mailbox.Messages);
        Assert.Equal(entries.Count(entry => !entry.Flags.HasFlag(MessageFlags.Seen)), mailbox.Unseen);
        Assert.Equal(entries.Count(entry => entry.Flags.HasFlag(MessageFlags.Deleted)), mailbox.Deleted);
        Assert.Equal(entries.Sum(entry => entry.Size), mailbox.Octets);
        Assert.All(entries, entry => Assert.InRange(entry.ModSeq, 1UL, mailbox.HighestModSeq));
        Assert.Equal(entries.Select(entry => entry.Uid).Order(), entries.Select(entry => entry.Uid));
    }

    /// <summary>An old view with the changes since is a fresh view.</summary>
    async Task SyncAsync(TestBackend test, Step step)
    {
        var paths = model.Mailboxes.Keys.Order(StringComparer.Ordinal).ToList();
        var id = await IdAsync(test, paths[step.A % paths.Count]);
        var fresh = (await test.Gateway.OpenAsync(test.AliceId, id, step.B % 2 == 0, default))!;
        if (views.TryGetValue(id, out var view))
        {
            var changes = (await test.Gateway.SyncAsync(test.AliceId, id, view.Revision, false, default))!;
            foreach (var range in changes.Vanished.Ranges)
            {
                for (var uid = range.First; uid <= range.Last; uid++)
                    view.Entries.Remove(uid);
            }
            foreach (var entry in changes.Changed)
                view.Entries[entry.Uid] = entry;
            Assert.Equal(fresh.Entries, view.Entries.Values);
            Assert.Equal(fresh.Revision, changes.Revision);
        }
        if (step.B % 3 == 0 || !views.ContainsKey(id))
            views[id] = (fresh.Revision, new(fresh.Entries.ToDictionary(entry => entry.Uid)));
        else
            views.Remove(id);
    }

    /// <summary>Rows agree with each other, and every message has its bytes.</summary>
    async Task CheckRowsAsync(bool mayWaste)
    {
        var test = gateways[0];
        var placed = new HashSet<(EmailId, MailboxId, uint)>();
        foreach (var mailbox in await test.Gateway.ListMailboxesAsync(test.AliceId, default))
        {
            var view = (await test.Gateway.OpenAsync(test.AliceId, mailbox.Id, false, default))!;
            placed.UnionWith(view.Entries.Select(entry => (entry.Email, mailbox.Id, entry.Uid)));
        }
        var kept = new HashSet<(EmailId, MailboxId, uint)>();
        var named = 0;
        await foreach (var row in rows.ReadAsync(Tables.Mail, RowRange.Prefix(test.AliceId.Value, "e!"), default))
        {
            var email = EmailRows.From(row.Key, row.Data);
            Assert.True(await blobs.ExistsAsync(email.Email.Blob, default));
            kept.UnionWith(email.Placements.Select(place => (email.Email.Id, place.Mailbox, place.Uid)));
            named++;
        }
        Assert.Equal(placed, kept);
        if (!mayWaste)
            Assert.Equal(named, blobs.Count);
    }
}
