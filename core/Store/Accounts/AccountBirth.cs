using System.Buffers.Binary;
using Cloud.Store.Changes;
using Cloud.Store.Mailboxes;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>Makes accounts.</summary>
static class AccountBirth
{
    /// <summary>Crockford's base 32, lower case: no letter is taken for another.</summary>
    const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The mailboxes of a new account (RFC 6154 §2), all subscribed. INBOX is the first.</summary>
    static readonly (string Name, MailboxRole Role)[] Mailboxes =
    [
        ("INBOX", MailboxRole.Inbox),
        ("Drafts", MailboxRole.Drafts),
        ("Sent", MailboxRole.Sent),
        ("Junk", MailboxRole.Junk),
        ("Trash", MailboxRole.Trash),
        ("Archive", MailboxRole.Archive),
    ];

    /// <param name="retention">See <see cref="AccountRow.Retention"/>.</param>
    public static async ValueTask<AccountId> CreateAsync(
        AccountStore accounts,
        CancellationToken cancel,
        int? retention = null
    )
    {
        var id = NewId(accounts.Time, accounts.Entropy);
        var now = accounts.Time.GetUtcNow();
        var transaction = new RowTransaction(id.Value);
        var log = new ChangeLog();
        var validity = (uint)Math.Clamp(now.ToUnixTimeSeconds(), 1, uint.MaxValue - 1000);
        var number = 0u;
        foreach (var (name, role) in Mailboxes)
        {
            number++;
            var mailbox = new MailboxRow(
                Id: new(number),
                Parent: default,
                name,
                role,
                Subscribed: true,
                UidValidity: validity++,
                UidNext: 1,
                FirstRecent: 1,
                ModSeq: 1,
                Messages: 0,
                Unseen: 0,
                Deleted: 0,
                Octets: 0,
                Keywords: [],
                Doomed: false,
                Tail: default
            );
            log.Of(mailbox.Id);
            transaction.Insert(MailboxRows.Key(mailbox.Id), MailboxRows.ToRow(mailbox));
        }
        var account = new AccountRow(
            Revision: 1,
            LastMailbox: number,
            LastUidValidity: validity - 1,
            Octets: 0,
            Messages: 0,
            accounts.Options.Quota,
            LogFrom: 1,
            LogSince: now.ToUnixTimeSeconds(),
            Removed: false
        )
        {
            Retention = retention,
        };
        transaction.Insert(AccountRows.Key, AccountRows.ToRow(account));
        transaction.Insert(ChangeRows.Key(1), ChangeRows.ToRow(log, now, accounts.Entropy.Next64()));
        var commit = await accounts.Rows.CommitAsync(Tables.Mail, transaction, cancel);
        return commit.Committed ? id : throw new StoreException("An account number came twice");
    }

    /// <summary>48 bits of milliseconds, 80 random ones.</summary>
    static AccountId NewId(TimeProvider time, Entropy entropy)
    {
        var bytes = entropy.Bytes(16);
        var milliseconds = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        var number = new UInt128(
            (milliseconds << 16) | BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8))
        );
        return new(
            string.Create(
                26,
                number,
                (text, value) =>
                {
                    for (var at = text.Length - 1; at >= 0; at--, value >>= 5)
                        text[at] = Digits[(int)(value & 31)];
                }
            )
        );
    }
}
