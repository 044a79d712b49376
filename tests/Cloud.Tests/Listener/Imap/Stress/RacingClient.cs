using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>
/// A client among others that act at the same time: nobody can say what it will be told, but what it is told has to fit together, and
/// to be what there is when all have ended.
/// </summary>
/// <param name="resyncs">It has enabled QRESYNC, and comes back with what it knows.</param>
sealed class RacingClient(ImapClient connection, string name, bool resyncs)
{
    sealed class Place
    {
        /// <summary>Null until it was told.</summary>
        public uint? Uid { get; set; }

        /// <summary>Null until they were told.</summary>
        public HashSet<string>? Flags { get; set; }
    }

    readonly List<Place> view = [];
    readonly List<string> said = [];
    string validity = "";
    ulong modSeq;

    /// <summary>UIDs in INBOX that it has made by APPEND and COPY.</summary>
    public List<uint> Added { get; } = [];

    /// <summary>UIDs in INBOX that it has marked for removal, or moved: somebody's EXPUNGE may come.</summary>
    public HashSet<uint> Doomed { get; } = [];

    /// <summary>Those that have to be gone, as it was told so.</summary>
    public HashSet<uint> Removed { get; } = [];

    /// <summary>From which UID of INBOX to which there.</summary>
    public List<(uint From, uint To)> Copied { get; } = [];

    /// <summary>From which UID of INBOX to which of Other.</summary>
    public List<(uint From, uint To)> Moved { get; } = [];

    /// <summary>The last commands and answers.</summary>
    string History => $"{name}:\n{string.Join('\n', said.TakeLast(12))}";

    public async Task RunAsync(Random random, int commands)
    {
        await SelectAsync(comesBack: false);
        for (var i = 0; i < commands; i++)
        {
            await LearnAsync();
            await (view.Count < 3 ? AppendAsync(random) : DoAnythingAsync(random));
        }
    }

    /// <summary>What it believes when all others have ended.</summary>
    public async Task<List<string>> EndAsync()
    {
        await TakeAsync("NOOP");
        await LearnAsync();
        return [.. view.Select(place => Line(place.Uid!.Value, place.Flags!))];
    }

    public static string Line(uint uid, IEnumerable<string> flags) =>
        $"{uid} {string.Join(' ', flags.Order(StringComparer.Ordinal))}";

    Task DoAnythingAsync(Random random)
    {
        var known = view[random.Next(view.Count)];
        var uid = known.Uid!.Value;
        var (byUid, set) = random.Next(2) == 0 ? ("UID ", uid) : ("", (uint)view.IndexOf(known) + 1);
        return random.Next(16) switch
        {
            0 or 1 or 2 => AppendAsync(random),
            3 or 4 or 5 => TakeAsync(
                $"{byUid}STORE {set} {(random.Next(2) == 0 ? '+' : '-')}FLAGS ({Any(random, "\\Seen", "\\Flagged", "$Work")})",
                byUid.Length == 0
            ),
            6 => TakeAsync($"{byUid}FETCH {set} (UID FLAGS BODY.PEEK[])", byUid.Length == 0),
            7 => TakeAsync("FETCH 1:* (UID FLAGS)", mayHide: true),
            8 => TakeAsync(Any(random, "SEARCH UNDELETED", "SEARCH SUBJECT 1"), mayHide: true),
            9 => CopyAsync(uid),
            10 => MoveAsync(uid),
            11 => RemoveAsync(uid),
            12 => TakeAsync("EXPUNGE"),
            13 => SelectAsync(comesBack: resyncs),
            14 => IdleAsync(),
            _ => TakeAsync("NOOP"),
        };
    }

    static string Any(Random random, params string[] all) => all[random.Next(all.Length)];

    async Task AppendAsync(Random random)
    {
        var text = $"Subject: number {random.Next(100)}\r\n\r\nBy {name}.\r\n";
        var answer = await TakeAsync($"APPEND INBOX {{{text.Length}+}}\r\n{text}");
        Added.Add(Answer.Numbers(answer.Code("APPENDUID")!.Split(' ')[1])[0]);
    }

    async Task CopyAsync(uint uid)
    {
        var copied = (await TakeAsync($"UID COPY {uid} INBOX")).Copied;
        Copied.AddRange(copied);
        Added.AddRange(copied.Select(pair => pair.To));
    }

    async Task MoveAsync(uint uid)
    {
        Doomed.Add(uid);
        var moved = (await TakeAsync($"UID MOVE {uid} Other")).Copied;
        Moved.AddRange(moved);
        Removed.UnionWith(moved.Select(pair => pair.From));
    }

    async Task RemoveAsync(uint uid)
    {
        Doomed.Add(uid);
        await TakeAsync($"UID STORE {uid} +FLAGS (\\Deleted)");
        await TakeAsync($"UID EXPUNGE {uid}");
        Removed.Add(uid);
    }

    async Task IdleAsync()
    {
        await connection.SendAsync("t0 IDLE\r\n");
        var lines = new List<string>();
        do
        {
            lines.Add((await connection.ReadLineAsync())!);
            if (lines[^1].StartsWith('+'))
                await connection.SendAsync("DONE\r\n");
        } while (!lines[^1].StartsWith("t0 ", StringComparison.Ordinal));
        Take("IDLE", string.Join("\r\n", lines) + "\r\n", mayHide: false);
    }

    /// <summary>Asks for the UIDs and flags of messages that it knows only to exist.</summary>
    async Task LearnAsync()
    {
        while (view.FindIndex(place => place.Uid is null || place.Flags is null) is >= 0 and var first)
        {
            await TakeAsync($"FETCH {first + 1}:{view.Count} (UID FLAGS)", mayHide: true);
            // Those that are gone are not told of by number, but now.
            await TakeAsync("NOOP");
        }
    }

    async Task SelectAsync(bool comesBack)
    {
        var resumes = comesBack && validity.Length > 0;
        var known = resumes ? view.Where(place => place.Uid is not null).ToDictionary(place => place.Uid!.Value) : [];
        view.Clear();
        var text = await connection.AskAsync($"SELECT INBOX{(resumes ? $" (QRESYNC ({validity} {modSeq}))" : "")}");
        var answer = Said("SELECT", text);
        Assert.True(answer.IsOk, History);
        validity = answer.Code("UIDVALIDITY")!;
        modSeq = ulong.Parse(answer.Code("HIGHESTMODSEQ") ?? "0", CultureInfo.InvariantCulture);
        var told = answer.Untagged.ToList();
        var exists = told.FindIndex(match => match.Groups["exists"].Success);
        var count = int.Parse(told[exists].Groups["exists"].Value, CultureInfo.InvariantCulture);
        if (!resumes)
        {
            view.AddRange(Enumerable.Range(0, count).Select(_ => new Place()));
            Take(told.Skip(exists + 1));
            return;
        }
        // What comes after another EXISTS, or is removed now and not earlier, has happened since.
        var since = told.FindIndex(exists + 1, IsNews) is >= 0 and var one ? one : told.Count;
        foreach (var match in told.Take(since).Where(match => match.Groups["vanished"].Success))
        {
            foreach (var uid in Answer.Numbers(match.Groups["vanished"].Value))
                known.Remove(uid);
        }
        foreach (var match in told.Take(since).Where(match => match.Groups["fetch"].Success))
        {
            var (uid, flags) = ModelClient.Items(match.Groups["items"].Value);
            known[uid!.Value] = new() { Uid = uid, Flags = flags };
        }
        Assert.True(known.Count == count, $"{known.Count} resynchronised of {count}: {History}");
        view.AddRange(known.Values.OrderBy(place => place.Uid));
        Take(told.Skip(since));
    }

    static bool IsNews(Match match) =>
        match.Groups["exists"].Success || (match.Groups["vanished"].Success && !match.Groups["earlier"].Success);

    /// <summary>Runs a command, and takes in what was told.</summary>
    /// <param name="mayHide">It speaks in numbers: no removal may be told (RFC 9051 §7.5.1).</param>
    async Task<Answer> TakeAsync(string command, bool mayHide = false) =>
        Take(command, await connection.AskAsync(command), mayHide);

    Answer Take(string command, string text, bool mayHide)
    {
        var answer = Said(command, text);
        Assert.True(answer.IsOk || answer.End.Contains("EXPUNGEISSUED", StringComparison.Ordinal), History);
        if (mayHide)
            Assert.False(answer.Untagged.Any(match => match.Groups["expunge"].Success || IsGone(match)), History);
        Take(answer.Untagged);
        return answer;
    }

    static bool IsGone(Match match) => match.Groups["vanished"].Success && !match.Groups["earlier"].Success;

    Answer Said(string command, string text)
    {
        said.Add($"> {command}\n{text.TrimEnd()}");
        return new(text);
    }

    void Take(IEnumerable<Match> responses)
    {
        foreach (var match in responses)
        {
            if (match.Groups["exists"].Success)
                Grow(int.Parse(match.Groups["exists"].Value, CultureInfo.InvariantCulture));
            else if (match.Groups["expunge"].Success)
                view.RemoveAt(Index(match.Groups["expunge"].Value));
            else if (match.Groups["vanished"].Success)
                Forget(Answer.Numbers(match.Groups["vanished"].Value));
            else
                Learn(Index(match.Groups["fetch"].Value), match.Groups["items"].Value);
        }
        var uids = view.Where(place => place.Uid is not null).Select(place => place.Uid!.Value).ToList();
        Assert.True(uids.SequenceEqual(uids.Distinct().Order()), $"UIDs do not rise: {History}");
    }

    int Index(string number)
    {
        var index = int.Parse(number, CultureInfo.InvariantCulture) - 1;
        Assert.True(index >= 0 && index < view.Count, $"{number} of {view.Count}: {History}");
        return index;
    }

    void Grow(int count)
    {
        Assert.True(count >= view.Count, $"{count} EXISTS, and {view.Count} were not removed: {History}");
        view.AddRange(Enumerable.Range(0, count - view.Count).Select(_ => new Place()));
    }

    /// <summary>One whose UID was never told can only be among those whose UID is not known.</summary>
    void Forget(IEnumerable<uint> uids)
    {
        foreach (var uid in uids)
        {
            var index = view.FindIndex(place => place.Uid == uid);
            index = index < 0 ? view.FindIndex(place => place.Uid is null) : index;
            Assert.True(index >= 0, $"VANISHED {uid}, which was not there: {History}");
            view.RemoveAt(index);
        }
    }

    void Learn(int index, string items)
    {
        var (uid, flags) = ModelClient.Items(items);
        var place = view[index];
        Assert.True(uid is null || place.Uid is null || uid == place.Uid, $"{index + 1} is another message: {History}");
        place.Uid ??= uid;
        place.Flags = flags ?? place.Flags;
    }
}
