using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>Commands made at random, and what each makes of the model.</summary>
sealed class Operations(Random random, IReadOnlyList<ModelMailbox> mailboxes)
{
    static readonly string[] Flags = ["\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "$Work", "custom"];

    int number;

    /// <summary>Runs one that the client's state allows.</summary>
    public Task RunAsync(ModelClient client)
    {
        if (client.Selected is null || random.Next(40) == 0)
            return SelectAsync(client);
        if (client.Uids.Count < 3)
            return AppendAsync(client);
        return random.Next(20) switch
        {
            0 or 1 or 2 => AppendAsync(client),
            3 or 4 or 5 => StoreAsync(client),
            6 => FetchAsync(client),
            7 => ReadAsync(client),
            8 or 9 => SearchAsync(client),
            10 or 11 => CopyAsync(client, moves: false),
            12 => CopyAsync(client, moves: true),
            13 => ExpungeAsync(client),
            14 => StatusAsync(client),
            15 => CloseAsync(client),
            16 => client.SelectAsync(client.Selected, comesBack: true),
            17 => IdleAsync(client),
            _ => NoopAsync(client),
        };
    }

    T Any<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];

    List<string> SomeFlags(int more = 0) => [.. Flags.Where(_ => random.Next(3 + more) == 0)];

    /// <summary>Some of the client's messages, told in numbers or UIDs.</summary>
    (string Uid, string Set, List<uint> Uids) Some(ModelClient client)
    {
        var uids = client.Uids.Where(_ => random.Next(4) == 0).DefaultIfEmpty(Any(client.Uids)).ToList();
        var byUid = random.Next(2) == 0;
        return (byUid ? "UID " : "", Answer.Set(byUid ? uids : uids.Select(client.NumberOf)), uids);
    }

    async Task SelectAsync(ModelClient client)
    {
        await client.SelectAsync(Any(mailboxes), comesBack: false);
        if (client.Selected!.Messages.Count > 0)
            client.Take(await client.AskAsync("FETCH 1:* (UID FLAGS)"), mayHide: true);
    }

    async Task NoopAsync(ModelClient client) => client.Take(await client.AskAsync("NOOP"), mayHide: false);

    async Task IdleAsync(ModelClient client) => client.Take(await client.IdleAsync(), mayHide: false);

    async Task AppendAsync(ModelClient client)
    {
        var (to, flags) = (Any(mailboxes), SomeFlags(more: 2));
        var text = $"Subject: message {++number} of many\r\n\r\nThis is {number}.\r\n";
        var answer = await client.AskAsync(
            $"APPEND {to.Name} ({string.Join(' ', flags)}) {{{text.Length}+}}\r\n{text}"
        );
        Assert.True(answer.IsOk, client.History);
        to.Add(Uid(answer.Code("APPENDUID")!.Split(' ')[1]), number, flags);
        client.Take(answer, mayHide: false);
    }

    async Task StoreAsync(ModelClient client)
    {
        var (uid, set, uids) = Some(client);
        var (sign, flags, silent) = (Any(["+", "-", ""]), SomeFlags(), random.Next(3) == 0);
        var isEmpty = flags.Count == 0 && sign.Length > 0;
        if (isEmpty)
            flags.Add("\\Flagged");
        var answer = await client.AskAsync(
            $"{uid}STORE {set} {sign}FLAGS{(silent ? ".SILENT" : "")} ({string.Join(' ', flags)})"
        );
        Assert.True(answer.IsOk || client.Gone.Any(), client.History);
        foreach (var one in uids)
        {
            if (client.Selected!.Find(one) is not { } message)
                continue;
            Change(message.Flags, sign, flags);
            if (silent)
                client.Believe(one, known => Change(known, sign, flags));
        }
        client.Take(answer, mayHide: uid.Length == 0);
    }

    static void Change(HashSet<string> flags, string sign, List<string> by)
    {
        if (sign.Length == 0)
            flags.Clear();
        if (sign == "-")
            flags.ExceptWith(by);
        else
            flags.UnionWith(by);
    }

    async Task FetchAsync(ModelClient client)
    {
        var (uid, set, uids) = Some(client);
        var answer = await client.AskAsync($"{uid}FETCH {set} (UID FLAGS)");
        Assert.True(answer.IsOk || client.Gone.Any(), client.History);
        var told = answer.Untagged.Count(match => match.Groups["fetch"].Success);
        Assert.True(told >= uids.Except(client.Gone).Count(), client.History);
        client.Take(answer, mayHide: uid.Length == 0);
    }

    /// <summary>Reads a message, which makes it seen.</summary>
    async Task ReadAsync(ModelClient client)
    {
        var uid = Any(client.Uids);
        var message = client.Selected!.Find(uid);
        var answer = await client.AskAsync($"FETCH {client.NumberOf(uid)} (UID BODY[TEXT])");
        Assert.True(answer.IsOk || message is null, client.History);
        if (message is not null)
        {
            Assert.Contains($"This is {message.Number}.\r\n", answer.ToString());
            message.Flags.Add("\\Seen");
        }
        client.Take(answer, mayHide: true);
    }

    async Task SearchAsync(ModelClient client)
    {
        await NoopAsync(client); // what is found is of what the client knows
        var (key, matches) = Key(client, depth: 2);
        var byUid = random.Next(2) == 0;
        var answer = await client.AskAsync($"{(byUid ? "UID " : "")}SEARCH {key}");
        Assert.True(answer.IsOk, client.History);
        var found = client.Selected!.Messages.Where(matches).Select(message => message.Uid);
        var expected = byUid ? found : found.Select(client.NumberOf);
        Assert.True(expected.SequenceEqual(answer.Found.Order()), $"{Answer.Set(expected)} found: {client.History}");
        client.Take(answer, mayHide: !byUid);
    }

    (string Key, Func<ModelMessage, bool> Matches) Key(ModelClient client, int depth)
    {
        var (flag, name) = Any([("\\Seen", "SEEN"), ("\\Flagged", "FLAGGED"), ("\\Deleted", "DELETED"), ("", "")]);
        switch (random.Next(depth > 0 ? 8 : 5))
        {
            case 0 or 1 when flag.Length > 0:
                return (name, message => message.Has(flag));
            case 2 when flag.Length > 0:
                return ($"UN{name}", message => !message.Has(flag));
            case 3 when client.Uids.Count > 0:
                var (uid, set, uids) = Some(client);
                return ($"{uid}{set}", message => uids.Contains(message.Uid));
            case 4:
                var digits = $"{random.Next(30)}";
                return (
                    $"SUBJECT \"message {digits}\"",
                    message => $"message {message.Number} of".Contains($"message {digits}", StringComparison.Ordinal)
                );
            case 5:
                var (key, matches) = Key(client, depth - 1);
                return ($"NOT {key}", message => !matches(message));
            case 6:
                var (left, right) = (Key(client, depth - 1), Key(client, depth - 1));
                return ($"OR ({left.Key}) ({right.Key})", message => left.Matches(message) || right.Matches(message));
            default:
                return ("KEYWORD $Work", message => message.Has("$Work"));
        }
    }

    async Task CopyAsync(ModelClient client, bool moves)
    {
        var (uid, set, uids) = Some(client);
        var target = Any(mailboxes);
        if (moves && target == client.Selected)
            return;
        var answer = await client.AskAsync($"{uid}{(moves ? "MOVE" : "COPY")} {set} {target.Name}");
        Assert.True(answer.IsOk || client.Gone.Any(), client.History);
        var copied = answer.Copied;
        if (answer.IsOk)
            Assert.True(uids.Except(client.Gone).SequenceEqual(copied.Select(pair => pair.From)), client.History);
        foreach (var (from, to) in copied)
        {
            var message = client.Selected!.Find(from)!;
            target.Add(to, message.Number, message.Flags);
            if (moves)
                client.Selected.Remove(from);
        }
        client.Take(answer, mayHide: false);
    }

    async Task ExpungeAsync(ModelClient client)
    {
        var all = client.Uids;
        var some = random.Next(2) == 0 ? all.Where(_ => random.Next(2) == 0).ToList() : [];
        var answer = await client.AskAsync(some.Count == 0 ? "EXPUNGE" : $"UID EXPUNGE {Answer.Set(some)}");
        Assert.True(answer.IsOk, client.History);
        RemoveDeleted(client.Selected!, some.Count == 0 ? all : some);
        client.Take(answer, mayHide: false);
    }

    /// <summary>Nothing is expunged that its client has not been told of.</summary>
    static void RemoveDeleted(ModelMailbox mailbox, IReadOnlyList<uint> among)
    {
        foreach (var message in mailbox.Messages.Where(message => message.Has("\\Deleted")).ToList())
        {
            if (among.Contains(message.Uid))
                mailbox.Remove(message.Uid);
        }
    }

    async Task StatusAsync(ModelClient client)
    {
        var mailbox = Any(mailboxes);
        var answer = await client.AskAsync($"STATUS {mailbox.Name} (MESSAGES UIDNEXT UNSEEN DELETED)");
        Assert.True(answer.IsOk, client.History);
        foreach (
            var (item, count) in new[]
            {
                ("MESSAGES", mailbox.Messages.Count),
                ("UIDNEXT", (int)mailbox.UidNext),
                ("UNSEEN", mailbox.Messages.Count(message => !message.Has("\\Seen"))),
                ("DELETED", mailbox.Messages.Count(message => message.Has("\\Deleted"))),
            }
        )
            Assert.True(
                Regex.IsMatch(answer.ToString(), $@"[( ]{item} {count}[ )]"),
                $"{item} {count}: {client.History}"
            );
        client.Take(answer, mayHide: false);
    }

    async Task CloseAsync(ModelClient client)
    {
        var expunges = random.Next(2) == 0;
        var answer = await client.AskAsync(expunges ? "CLOSE" : "UNSELECT");
        Assert.True(answer.IsOk, client.History);
        if (expunges)
            RemoveDeleted(client.Selected!, client.Uids);
        client.Deselect();
    }

    static uint Uid(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
