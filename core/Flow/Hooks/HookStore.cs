using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Hooks;
using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <param name="Removed">When it was removed: its deliveries go first.</param>
sealed record HookRow(Hook Hook, HookKeys Keys, Endpoint Endpoint, string? ETag)
{
    public DateTimeOffset? Removed { get; init; }

    /// <summary>The keys as they rest, where they cannot be opened here; null where they are open.</summary>
    public byte[]? Sealed { get; init; }
}

/// <summary>Subscriptions and deliveries at rest.</summary>
/// <param name="encryption">Seals the keys; null: they rest as they are.</param>
sealed class HookStore(IRows rows, MailDirectory directory, KeyEncryptionKey? encryption, Entropy entropy)
{
    /// <summary>Octets of the attempts of a delivery: a property of a row holds 64 KiB.</summary>
    const int MaxAttempts = 60 * 1024;

    /// <summary>Hears which subscription cannot be read, and why.</summary>
    public Action<string, Exception>? Unreadable { get; set; }

    public async ValueTask<HookRow?> FindAsync(string hook, CancellationToken cancel) =>
        await rows.GetAsync(HookRows.Table, HookRows.Hook(hook), cancel) is { } row
        && From(row) is { Removed: null } one
            ? one
            : null;

    /// <summary>All that can be read: one that is damaged, or of a newer version, must not hold up the others.</summary>
    /// <param name="removed">Those, too, whose deliveries are still kept.</param>
    public async ValueTask<IReadOnlyList<HookRow>> ListAsync(bool removed, CancellationToken cancel)
    {
        var found = new List<HookRow>();
        await foreach (var row in rows.ReadAsync(HookRows.Table, HookRows.All, cancel))
        {
            if (TryFrom(row) is { } one && (removed || one.Removed is null))
                found.Add(one);
        }
        return found;
    }

    public ValueTask<HookRow?> InsertAsync(HookRow row) => WriteAsync(row, isNew: true);

    /// <returns>Null when somebody else has changed it meanwhile.</returns>
    public ValueTask<HookRow?> ReplaceAsync(HookRow row) => WriteAsync(row, isNew: false);

    public async ValueTask DropAsync(HookRow row) =>
        await rows.CommitAsync(
            HookRows.Table,
            new RowTransaction(HookRows.Partition).Delete(row.Hook.Id, row.ETag),
            CancellationToken.None
        );

    /// <summary>Has every process read the subscriptions anew.</summary>
    public async ValueTask AnnounceAsync()
    {
        var mark = new RowData { { "Version", $"{entropy.Next64():x16}" } };
        await directory.CommitAsync(new RowTransaction(DirectoryRows.Partition).Upsert(DirectoryRows.Hooks, mark));
    }

    public async ValueTask<HookDelivery?> FindAsync(string hook, TransactionId number, CancellationToken cancel) =>
        await rows.GetAsync(HookRows.Table, HookRows.Delivery(hook, number), cancel) is { } row
            ? DeliveryOf(row)
            : null;

    /// <returns>With its ETag; null where it is there already.</returns>
    public ValueTask<HookDelivery?> InsertAsync(HookDelivery delivery, CancellationToken cancel) =>
        WriteAsync(delivery, transaction => transaction.Insert(KeyOf(delivery).Row, ToRow(delivery)), cancel);

    /// <returns>With its ETag; null where somebody else has changed it.</returns>
    public ValueTask<HookDelivery?> ReplaceAsync(HookDelivery delivery) =>
        WriteAsync(
            delivery,
            transaction => transaction.Replace(KeyOf(delivery).Row, ToRow(delivery), delivery.ETag!),
            CancellationToken.None
        );

    /// <summary>Deliveries of a subscription, the newest first.</summary>
    /// <param name="continuation">Null for the first page.</param>
    public async ValueTask<(IReadOnlyList<HookDelivery> Found, string? Next)> ListAsync(
        string hook,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? continuation,
        int limit,
        CancellationToken cancel
    )
    {
        var range = HookRows.Deliveries(hook, from, to);
        var page = await rows.QueryAsync(HookRows.Table, range, continuation, limit, cancel);
        return ([.. page.Rows.Select(DeliveryOf)], page.Continuation);
    }

    async ValueTask<HookDelivery?> WriteAsync(
        HookDelivery delivery,
        Func<RowTransaction, RowTransaction> change,
        CancellationToken cancel
    )
    {
        var commit = await rows.CommitAsync(HookRows.Table, change(new(delivery.Hook)), cancel);
        return commit.Committed ? delivery with { ETag = commit.ETags[0] } : null;
    }

    async ValueTask<HookRow?> WriteAsync(HookRow row, bool isNew)
    {
        var transaction = new RowTransaction(HookRows.Partition);
        if (isNew)
            transaction.Insert(row.Hook.Id, ToRow(row));
        else
            transaction.Replace(row.Hook.Id, ToRow(row), row.ETag!);
        var commit = await rows.CommitAsync(HookRows.Table, transaction, CancellationToken.None);
        return commit.Committed ? row with { ETag = commit.ETags[0] } : null;
    }

    static RowKey KeyOf(HookDelivery delivery) => HookRows.Delivery(delivery.Hook, delivery.Event.Number);

    RowData ToRow(HookRow row)
    {
        var data = new RowData
        {
            { "Hook", JsonSerializer.SerializeToUtf8Bytes(row.Hook, HookJson.Default.Hook) },
            { "Endpoint", JsonSerializer.SerializeToUtf8Bytes(row.Endpoint, HookJson.Default.Endpoint) },
        };
        if (row.Sealed is { } rest)
            data.Add("Sealed", rest);
        else if (encryption is null)
            data.Add("Keys", PackKeys(row));
        else
            data.Add("Sealed", encryption.Seal(PackKeys(row), PurposeOf(row.Hook.Id), entropy));
        if (row.Removed is { } at)
            data.Add("Removed", at);
        return data;
    }

    HookRow? TryFrom(Row row)
    {
        try
        {
            return From(row);
        }
        catch (StoreException e)
        {
            Unreadable?.Invoke(row.Key.Row, e);
            return null;
        }
    }

    /// <exception cref="StoreException">Damaged, or of a newer version.</exception>
    HookRow From(Row row)
    {
        try
        {
            var data = row.Data;
            var hook = JsonSerializer.Deserialize(data.Bytes("Hook") ?? [], HookJson.Default.Hook)!;
            var endpoint = JsonSerializer.Deserialize(data.Bytes("Endpoint") ?? [], HookJson.Default.Endpoint)!;
            var (keys, rest) = KeysOf(hook.Id, data);
            return new(hook, keys, endpoint, row.ETag) { Removed = data.Time("Removed"), Sealed = rest };
        }
        catch (JsonException e)
        {
            throw new StoreException($"Subscription {row.Key.Row} cannot be read", e);
        }
    }

    /// <returns>No keys, and what they are in, where that cannot be opened: who only tells events, or lists, needs none.</returns>
    (HookKeys Keys, byte[]? Sealed) KeysOf(string hook, RowData data)
    {
        if (data.Bytes("Sealed") is not { } text)
            return (JsonSerializer.Deserialize(data.Bytes("Keys") ?? [], HookJson.Default.HookKeys)!, null);
        return TryOpen(text, hook) is { } keys ? (keys, null) : (new([], []), text);
    }

    /// <returns>Null where the key-encryption key is not known here, or is another.</returns>
    HookKeys? TryOpen(byte[] text, string hook)
    {
        try
        {
            return encryption is null
                ? null
                : JsonSerializer.Deserialize(encryption.Open(text, PurposeOf(hook)), HookJson.Default.HookKeys);
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }

    static byte[] PackKeys(HookRow row) => JsonSerializer.SerializeToUtf8Bytes(row.Keys, HookJson.Default.HookKeys);

    static string PurposeOf(string hook) => $"webhook {hook}";

    static RowData ToRow(HookDelivery delivery)
    {
        var data = new RowData
        {
            { "Event", HookPacking.Pack(delivery.Event, HookJson.Default.MailEvent) },
            { "State", (int)delivery.State },
            { "Due", delivery.Due },
            { "Tries", delivery.Tries },
            { "Attempts", PackAttempts(delivery.Attempts) },
        };
        if (delivery.Reason is { } reason)
            data.Add("Reason", reason);
        return data;
    }

    /// <summary>What endpoints answer may be made to grow in JSON: the oldest answers go until it fits.</summary>
    static byte[] PackAttempts(IReadOnlyList<HookAttempt> attempts)
    {
        for (var cut = 0; ; cut++)
        {
            var kept = attempts.Select((one, place) => place < cut ? one with { Answer = "" } : one).ToList();
            var octets = HookPacking.Pack(kept, HookJson.Default.AttemptList);
            if (octets.Length <= MaxAttempts || cut == attempts.Count)
                return octets;
        }
    }

    static HookDelivery DeliveryOf(Row row)
    {
        var data = row.Data;
        try
        {
            return new(
                row.Key.Partition,
                JsonSerializer.Deserialize(data.Bytes("Event") ?? [], HookJson.Default.MailEvent)!,
                (DeliveryState)data.Int("State"),
                data.Time("Due") ?? default,
                data.Int("Tries"),
                JsonSerializer.Deserialize(data.Bytes("Attempts") ?? [], HookJson.Default.AttemptList)!
            )
            {
                Reason = data.String("Reason"),
                ETag = row.ETag,
            };
        }
        catch (JsonException e)
        {
            throw new StoreException($"A delivery of {row.Key.Partition} cannot be read", e);
        }
    }
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(Hook))]
[JsonSerializable(typeof(HookKeys))]
[JsonSerializable(typeof(Endpoint))]
[JsonSerializable(typeof(MailEvent))]
[JsonSerializable(typeof(HookTask))]
[JsonSerializable(typeof(IReadOnlyList<HookAttempt>), TypeInfoPropertyName = "AttemptList")]
[JsonSerializable(typeof(IReadOnlyList<HookSecret>), TypeInfoPropertyName = "SecretList")]
sealed partial class HookJson : JsonSerializerContext;
