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

    /// <summary>Connections that may break in a row, with no message between them, before the run ends.</summary>
    const int MaxBreaks = 10;

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
            var (validity, messages, closed) = await ExamineAsync(mailbox.Name, cancel);
            var number = validity.ToString(CultureInfo.InvariantCulture);
            var source = ImportNames.Source("imap", host.Name.ToLowerInvariant(), user, mailbox.Name, number);
            mailboxes[source] = (mailbox, validity);
            yield return new(name, mailbox.Role, source, (long)messages) { Fault = closed };
        }
    }

    public async IAsyncEnumerable<ImportMessage> MessagesAsync(
        ImportMailbox mailbox,
        IReadOnlySet<string> done,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (uids, closed) = await ListAsync(mailbox, cancel);
        if (closed is not null)
            yield return NotGiven(closed);
        var left = new Queue<uint>();
        foreach (var uid in uids)
        {
            if (done.Contains(ItemOf(uid)))
                yield return new(ItemOf(uid), "", [], null, null) { Place = PlaceOf(uid) };
            else
                left.Enqueue(uid);
        }
        await foreach (var message in FetchAsync(mailbox, left, cancel))
            yield return message;
    }

    /// <returns>The UIDs there are; none, and why, where the server does not give them.</returns>
    async Task<(IReadOnlyList<uint> Uids, string? Closed)> ListAsync(ImportMailbox mailbox, CancellationToken cancel)
    {
        if (await OpenAsync(mailbox, cancel) is { } closed)
            return ([], closed);
        try
        {
            return (await client!.UidsAsync("1:*", cancel), null);
        }
        catch (ImapRefusedException e)
        {
            return ([], e.Message);
        }
    }

    /// <summary>
    /// Where a batch ends early, each message that did not come is asked for alone; one that does not come then is told of,
    /// and keeps no other from coming.
    /// </summary>
    async IAsyncEnumerable<ImportMessage> FetchAsync(
        ImportMailbox mailbox,
        Queue<uint> left,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (alone, breaks) = (new Queue<uint>(), 0);
        while (left.Count + alone.Count > 0)
        {
            var isAlone = alone.Count > 0;
            List<uint> asked = isAlone ? [alone.Dequeue()] : Take(left, Batch);
            var missing = asked.ToHashSet();
            ImapException? fault;
            await using (var fetched = client!.FetchAsync(asked, cancel).GetAsyncEnumerator(cancel))
            {
                while (true)
                {
                    (var message, fault) = await NextAsync(fetched);
                    if (message is null)
                        break;
                    breaks = 0;
                    missing.Remove(message.Uid);
                    yield return ToImport(message);
                }
            }
            if (fault is null && missing.Count > 0)
                (missing, fault) = await ThereAsync(missing, cancel);
            foreach (var uid in missing.Order())
            {
                if (fault is null || isAlone || (fault is ImapRefusedException && asked.Count == 1))
                    yield return NotGiven(fault?.Message ?? "The server does not give it", uid);
                else
                    alone.Enqueue(uid);
            }
            if (fault is null or ImapRefusedException)
                continue;
            if (++breaks > MaxBreaks)
                throw new ImapException(fault.Message, fault);
            if (await OpenAnewAsync(mailbox, cancel) is { } closed)
            {
                yield return NotGiven(closed);
                yield break;
            }
        }
    }

    static List<uint> Take(Queue<uint> left, int most)
    {
        var taken = new List<uint>();
        while (taken.Count < most && left.TryDequeue(out var uid))
            taken.Add(uid);
        return taken;
    }

    /// <returns>Neither at the end.</returns>
    static async ValueTask<(ImapMessage? Message, ImapException? Fault)> NextAsync(
        IAsyncEnumerator<ImapMessage> fetched
    )
    {
        try
        {
            return (await fetched.MoveNextAsync() ? fetched.Current : null, null);
        }
        catch (ImapException e)
        {
            return (null, e);
        }
    }

    /// <summary>Those that did not come although the server said OK: gone by now, unless it still lists them.</summary>
    async ValueTask<(HashSet<uint> There, ImapException? Fault)> ThereAsync(
        HashSet<uint> missing,
        CancellationToken cancel
    )
    {
        try
        {
            var listed = await client!.UidsAsync(string.Join(',', missing.Order()), cancel);
            return ([.. listed.Where(missing.Contains)], null);
        }
        catch (ImapRefusedException)
        {
            return (missing, null);
        }
        catch (ImapException e)
        {
            return (missing, e);
        }
    }

    static ImportMessage NotGiven(string fault, uint? uid = null) =>
        new(uid is { } number ? ItemOf(number) : "", "", [], null, null)
        {
            Place = uid is { } one ? PlaceOf(one) : ImportRefusal.All,
            Fault = fault,
        };

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

    /// <summary>After a connection that broke.</summary>
    async Task<string?> OpenAnewAsync(ImportMailbox mailbox, CancellationToken cancel)
    {
        await CloseAsync();
        await Task.Delay(Pause, time, cancel);
        return await OpenAsync(mailbox, cancel);
    }

    /// <returns>Why the server does not open it; null where it does.</returns>
    async Task<string?> OpenAsync(ImportMailbox mailbox, CancellationToken cancel)
    {
        var (known, validity) = mailboxes[mailbox.Source];
        var (found, _, closed) = await ExamineAsync(known.Name, cancel);
        return closed is not null || found == validity
            ? closed
            : throw new ImapException($"{mailbox.Name} was made anew on the server meanwhile: run again");
    }

    async Task<(ulong UidValidity, ulong Messages, string? Closed)> ExamineAsync(string name, CancellationToken cancel)
    {
        var open = await ClientAsync(cancel);
        try
        {
            var (validity, messages) = await open.ExamineAsync(name, cancel);
            return (validity, messages, null);
        }
        catch (ImapRefusedException e)
        {
            return (0, 0, e.Message);
        }
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
