using Cloud.Store.Accounts;
using Cloud.Store.Messages;
using Cloud.Store.Packing;
using Cloud.Store.Ports;

namespace Cloud.Store.Sharing;

/// <summary>A hint that an account's owner has shared something with the account that keeps it. Rights are not in it.</summary>
/// <param name="Owner">The account that has the mailboxes.</param>
/// <param name="Address">Of its user.</param>
/// <param name="Subscribed">Numbers of the mailboxes that the reader has subscribed to.</param>
sealed record Share(AccountId Owner, string Address, UidSet Subscribed)
{
    /// <summary>Owners who share with one reader: their hints are read with each LIST.</summary>
    public const int Most = 1000;

    /// <summary>The owner's revision when rights of this reader were last changed: the reader's sessions look again.</summary>
    public ulong Granted { get; init; }

    /// <summary>Those subscribed to that are no more.</summary>
    /// <param name="owner">As it is now, read after this; null where the account is gone, too.</param>
    public UidSet Gone(AccountState? owner) =>
        Subscribed.IsEmpty
            ? Subscribed
            : Subscribed.Except(
                UidSet.Of((owner?.Mailboxes.Values ?? []).Where(row => !row.Doomed).Select(row => row.Id.Value))
            );
}

/// <summary>Rows <c>bs!{owner}</c> of the reader's account: beside its mailboxes, so that one range reads both.</summary>
static class ShareRows
{
    const string Prefix = "bs!";

    public static string Key(AccountId owner) => Prefix + owner;

    public static bool IsKey(string row) => row.StartsWith(Prefix, StringComparison.Ordinal);

    public static RowData ToRow(Share share)
    {
        var writer = new PackWriter(16);
        writer.Uids(share.Subscribed);
        return new()
        {
            { "Address", share.Address },
            { "Subscribed", writer.ToArray() },
            { "Granted", (long)share.Granted },
        };
    }

    public static Share From(RowKey key, RowData row)
    {
        var subscribed = new PackReader(row.Bytes("Subscribed") ?? [0]);
        return new(new(key.Row[Prefix.Length..]), row.String("Address") ?? "", subscribed.Uids())
        {
            Granted = (ulong)row.Long("Granted"),
        };
    }
}
