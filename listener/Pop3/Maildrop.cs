using System.Collections;
using System.Globalization;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Listener.Pop3;

/// <summary>INBOX as it stood at login, for this session alone, with its marks for deletion (RFC 1939 §4).</summary>
/// <remarks>Numbers run from 1 and stay; what is marked counts nowhere. Nothing is removed before the update.</remarks>
sealed class Maildrop : IAsyncDisposable
{
    readonly IGateway gateway;
    readonly AccountId account;
    readonly Mailbox inbox;
    readonly IReadOnlyList<MessageEntry> entries;
    readonly BitArray marked;
    readonly IAsyncDisposable held;

    Maildrop(IGateway gateway, AccountId account, MailboxView view, IAsyncDisposable held)
    {
        this.gateway = gateway;
        this.account = account;
        this.held = held;
        inbox = view.Mailbox;
        entries = view.Entries;
        marked = new BitArray(entries.Count);
        Restore();
    }

    /// <summary>Messages, marked ones included: the highest number.</summary>
    public int Count => entries.Count;

    /// <summary>Messages without a mark.</summary>
    public int Left { get; private set; }

    /// <summary>Octets of the messages without a mark.</summary>
    public long Octets { get; private set; }

    /// <summary>Locks and reads an account's INBOX.</summary>
    /// <returns>Null when another session has it.</returns>
    /// <exception cref="Store.Ports.StoreException">It cannot be read.</exception>
    public static async ValueTask<Maildrop?> OpenAsync(IGateway gateway, AccountId account, CancellationToken cancel)
    {
        var lease = await gateway.LockMaildropAsync(account, cancel);
        if (lease is null)
            return null;
        try
        {
            var mailboxes = await gateway.ListMailboxesAsync(account, cancel);
            var box = mailboxes.First(mailbox => mailbox.Role == MailboxRole.Inbox);
            // IMAP's \Recent is not ours to take.
            var view = await gateway.OpenAsync(account, box.Id, claimRecent: false, cancel);
            return new Maildrop(gateway, account, view!, lease);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <returns>True for a number that names a message without a mark.</returns>
    public bool Has(int number) => number >= 1 && number <= Count && !marked[number - 1];

    /// <summary>Octets as RETR sends them before stuffing (RFC 1939 §11).</summary>
    /// <remarks>
    /// As stored: a message that does not end in CRLF, which SMTP's DATA cannot bring, gets one more than is told here
    /// when it is sent. To know which ones do, each would have to be read.
    /// </remarks>
    public long Size(int number) => entries[number - 1].Size;

    /// <summary>UIDVALIDITY and UID: unique for ever, at most 21 octets (RFC 1939 §7, UIDL).</summary>
    public string UniqueId(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{inbox.UidValidity}.{entries[number - 1].Uid}");

    public void Mark(int number)
    {
        marked[number - 1] = true;
        Left--;
        Octets -= Size(number);
    }

    /// <summary>Takes all marks back.</summary>
    public void Restore()
    {
        marked.SetAll(false);
        Left = Count;
        Octets = entries.Sum(entry => entry.Size);
    }

    /// <summary>Opens a message's bytes.</summary>
    /// <returns>Null when another client has removed it since the login.</returns>
    public async ValueTask<(Stream Bytes, long Size)?> ReadAsync(int number, CancellationToken cancel)
    {
        var found = await gateway.FetchAsync(account, [entries[number - 1].Email], cancel);
        return
            found is [var email] && await gateway.ReadAsync(account, email, 0, null, ReadBy.Pop3, cancel) is { } bytes
            ? (bytes, email.Size)
            : null;
    }

    /// <summary>The UPDATE state's work: removes what is marked, whoever else may have flagged it or not.</summary>
    /// <returns>How many are gone by it; null when the store refused.</returns>
    public async ValueTask<int?> UpdateAsync(CancellationToken cancel)
    {
        if (Left == Count)
            return 0;
        var uids = UidSet.Of(entries.Where((_, index) => marked[index]).Select(entry => entry.Uid));
        var result = await gateway.ExpungeAsync(account, inbox.Id, uids, onlyDeleted: false, cancel);
        return result.IsOk ? Count - Left : null;
    }

    /// <summary>Lets go of the lock.</summary>
    public ValueTask DisposeAsync() => held.DisposeAsync();
}
