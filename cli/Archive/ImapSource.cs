using System.Globalization;
using System.Runtime.CompilerServices;
using Cloud.Api.Rest.Archive;
using Cloud.Cli.Archive.Imap;

namespace Cloud.Cli.Archive;

/// <summary>The mailboxes of an account on another server.</summary>
/// <remarks>
/// What was brought is known by UIDVALIDITY and UID (RFC 9051 §2.3.1.1), so that a run after an interruption fetches nothing
/// twice. A connection that breaks is made anew a few times.
/// </remarks>
/// <param name="takes">Whether a mailbox is wanted, by its path.</param>
sealed class ImapSource(ImapHost host, string user, string password, Func<string, bool> takes, TimeProvider time)
    : IImportSource
{
    /// <summary>Messages asked for at a time.</summary>
    const int Batch = 50;

    /// <summary>Connections that may break in a row before the run ends.</summary>
    const int MaxBreaks = 5;

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    readonly Dictionary<string, (ImapMailbox Mailbox, ulong UidValidity)> mailboxes = new(StringComparer.Ordinal);
    ImapClient? client;

    public async IAsyncEnumerable<ImportMailbox> MailboxesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var all = await (await ClientAsync(cancel)).ListAsync(cancel);
        foreach (var mailbox in all.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            var name = string.Join('/', mailbox.Levels.Select(level => level.Replace('/', '_')));
            if (!takes(name))
                continue;
            var (validity, messages) = await (await ClientAsync(cancel)).ExamineAsync(mailbox.Name, cancel);
            var number = validity.ToString(CultureInfo.InvariantCulture);
            var source = ImportNames.Source("imap", host.Name.ToLowerInvariant(), user, mailbox.Name, number);
            mailboxes[source] = (mailbox, validity);
            yield return new(name, mailbox.Role, source, (long)messages);
        }
    }

    public async IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox mailbox,
        IReadOnlySet<string> done,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (_, validity) = mailboxes[mailbox.Source];
        await OpenAsync(mailbox, validity, cancel);
        var uids = await client!.UidsAsync(cancel);
        var left = new Queue<uint>();
        foreach (var uid in uids)
        {
            if (done.Contains(ItemOf(uid)))
                yield return new(ItemOf(uid), "", [], null, null) { Place = PlaceOf(uid) };
            else
                left.Enqueue(uid);
        }
        for (var breaks = 0; left.Count > 0; )
        {
            var batch = left.Take(Batch).ToList();
            var fetched = client!.FetchAsync(batch, cancel).GetAsyncEnumerator(cancel);
            var isBroken = false;
            try
            {
                while (true)
                {
                    try
                    {
                        if (!await fetched.MoveNextAsync())
                            break;
                    }
                    catch (ImapException) when (++breaks <= MaxBreaks)
                    {
                        isBroken = true;
                        break;
                    }
                    breaks = 0;
                    var message = fetched.Current;
                    batch.Remove(message.Uid);
                    yield return ToImport(message);
                }
            }
            finally
            {
                await fetched.DisposeAsync();
            }
            // What the server did not send is gone there; after a break it is asked for once more.
            for (var taken = Math.Min(Batch, left.Count); taken > 0; taken--)
            {
                var uid = left.Dequeue();
                if (isBroken && batch.Contains(uid))
                    left.Enqueue(uid);
            }
            if (isBroken)
            {
                await CloseAsync();
                await Task.Delay(Pause, time, cancel);
                await OpenAsync(mailbox, validity, cancel);
            }
        }
    }

    static string ItemOf(uint uid) => uid.ToString(CultureInfo.InvariantCulture);

    static string PlaceOf(uint uid) => $"UID {ItemOf(uid)}";

    static ImportMessage ToImport(ImapMessage message)
    {
        var keywords = message.Flags.Where(flag => !flag.StartsWith('\\'));
        return new(
            ItemOf(message.Uid),
            FlagLetters.Of(message.Flags),
            [.. keywords],
            message.Received,
            message.Content.LeftOut > 0 ? null : message.Content
        )
        {
            Place = PlaceOf(message.Uid),
            Fault =
                message.Content.LeftOut > 0
                    ? $"It has {message.Content.LeftOut} octets; a message has up to {ArchiveMessage.MaxSize}"
                    : null,
        };
    }

    async Task OpenAsync(ImportMailbox mailbox, ulong validity, CancellationToken cancel)
    {
        var (found, _) = await (await ClientAsync(cancel)).ExamineAsync(mailboxes[mailbox.Source].Mailbox.Name, cancel);
        if (found != validity)
            throw new ImapException($"{mailbox.Name} was made anew on the server meanwhile: run again");
    }

    async Task<ImapClient> ClientAsync(CancellationToken cancel)
    {
        if (client is not null)
            return client;
        var made = await ImapClient.ConnectAsync(host, time, cancel);
        try
        {
            await made.LogInAsync(user, password, cancel);
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
        return client = made;
    }

    async ValueTask CloseAsync()
    {
        if (client is { } open)
            await open.DisposeAsync();
        client = null;
    }

    public ValueTask DisposeAsync() => CloseAsync();
}
