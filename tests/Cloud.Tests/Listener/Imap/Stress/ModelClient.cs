using System.Globalization;
using System.Text.RegularExpressions;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>What a client must believe by what it was told; whatever it is told is held against the model.</summary>
sealed partial class ModelClient(ImapClient connection, string name, bool resyncs)
{
    /// <summary>A place in the client's view.</summary>
    sealed class Place(uint uid)
    {
        public uint Uid => uid;

        /// <summary>Null until it was told.</summary>
        public HashSet<string>? Flags { get; set; }
    }

    readonly List<Place> view = [];
    uint highestUid;
    ulong modSeq;
    string validity = "";
    readonly List<string> said = [];

    public ModelMailbox? Selected { get; private set; }

    public string Name => name;

    public IReadOnlyList<uint> Uids => [.. view.Select(place => place.Uid)];

    /// <summary>The last commands and answers, for who has to find out what went wrong.</summary>
    public string History => string.Join('\n', said.TakeLast(12));

    public uint NumberOf(uint uid) => (uint)view.FindIndex(place => place.Uid == uid) + 1;

    /// <summary>Those that the server has removed and not told of.</summary>
    public IEnumerable<uint> Gone => Uids.Where(uid => Selected!.Find(uid) is null);

    public async Task<Answer> AskAsync(string command)
    {
        var text = await connection.AskAsync(command);
        said.Add($"{name}> {command}\n{text.TrimEnd()}");
        return new(text);
    }

    /// <summary>Waits in IDLE for nothing, and tells what it was told.</summary>
    public async Task<Answer> IdleAsync()
    {
        await connection.SendAsync("t0 IDLE\r\n");
        var lines = new List<string>();
        while (await connection.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith('+'))
                await connection.SendAsync("DONE\r\n");
            if (line.StartsWith("t0 ", StringComparison.Ordinal))
                break;
        }
        said.Add($"{name}> IDLE\n{string.Join('\n', lines)}");
        return new(string.Join("\r\n", lines) + "\r\n");
    }

    public async Task SelectAsync(ModelMailbox mailbox, bool comesBack)
    {
        var resumes = resyncs && comesBack && Selected == mailbox && validity.Length > 0;
        var known = resumes ? view.ToDictionary(place => place.Uid, place => place.Flags) : [];
        Selected = null;
        view.Clear();
        var resync = resumes ? $" (QRESYNC ({validity} {modSeq}))" : "";
        var answer = await AskAsync($"SELECT {mailbox.Name}{resync}");
        Assert.True(answer.IsOk, History);
        Selected = mailbox;
        validity = answer.Code("UIDVALIDITY")!;
        modSeq = ulong.Parse(answer.Code("HIGHESTMODSEQ") ?? "0", CultureInfo.InvariantCulture);
        highestUid = mailbox.UidNext - 1;
        Assert.Equal(mailbox.UidNext, uint.Parse(answer.Code("UIDNEXT")!, CultureInfo.InvariantCulture));
        view.AddRange(mailbox.Messages.Select(message => new Place(message.Uid)));
        var exists = answer.Untagged.Single(match => match.Groups["exists"].Success).Groups["exists"].Value;
        Assert.Equal($"{view.Count}", exists);
        if (resumes)
            Resume(answer, known);
        else
            Take(answer.Untagged.Where(match => match.Groups["fetch"].Success));
    }

    /// <summary>What was known and what was told since give the mailbox as it is (RFC 7162 §3.2.5).</summary>
    void Resume(Answer answer, Dictionary<uint, HashSet<string>?> known)
    {
        foreach (var match in answer.Untagged.Where(match => match.Groups["vanished"].Success))
        {
            foreach (var uid in Answer.Numbers(match.Groups["vanished"].Value))
                known.Remove(uid);
        }
        foreach (var match in answer.Untagged.Where(match => match.Groups["fetch"].Success))
        {
            var (uid, flags) = Items(match.Groups["items"].Value);
            known[uid!.Value] = flags;
        }
        Assert.True(known.Keys.Order().SequenceEqual(Uids), $"resynchronised: {History}");
        foreach (var place in view)
            place.Flags = known[place.Uid];
        Check(mayHide: false);
    }

    public void Deselect() => Selected = null;

    /// <summary>Takes in what was told, and holds it against the model.</summary>
    /// <param name="mayHide">Removed messages may still be shown: the command spoke in numbers (RFC 9051 §7.5.1).</param>
    public void Take(Answer answer, bool mayHide)
    {
        Take(answer.Untagged);
        if (mayHide)
            Assert.DoesNotContain(
                answer.Untagged,
                match => match.Groups["expunge"].Success || match.Groups["vanished"].Success
            );
        if (answer.Code("HIGHESTMODSEQ") is { } code)
            modSeq = ulong.Parse(code, CultureInfo.InvariantCulture);
        Check(mayHide);
    }

    /// <summary>It need not be told: it has asked for silence.</summary>
    public void Believe(uint uid, Action<HashSet<string>> change)
    {
        if (view.Find(place => place.Uid == uid)?.Flags is { } flags)
            change(flags);
    }

    void Take(IEnumerable<Match> responses)
    {
        foreach (var match in responses)
        {
            if (match.Groups["exists"].Success)
                Grow(int.Parse(match.Groups["exists"].Value, CultureInfo.InvariantCulture));
            else if (match.Groups["expunge"].Success)
                Expunge(int.Parse(match.Groups["expunge"].Value, CultureInfo.InvariantCulture));
            else if (match.Groups["vanished"].Success)
                view.RemoveAll(place => Answer.Numbers(match.Groups["vanished"].Value).Contains(place.Uid));
            else
                Learn(
                    int.Parse(match.Groups["fetch"].Value, CultureInfo.InvariantCulture),
                    match.Groups["items"].Value
                );
        }
    }

    void Grow(int count)
    {
        var added = Selected!.Messages.Where(message => message.Uid > highestUid).Take(count - view.Count).ToList();
        Assert.True(view.Count + added.Count == count, $"{count} EXISTS: {History}");
        view.AddRange(added.Select(message => new Place(message.Uid)));
        highestUid = Math.Max(highestUid, added.Count == 0 ? 0 : added[^1].Uid);
    }

    void Expunge(int number)
    {
        Assert.True(number >= 1 && number <= view.Count, $"{number} EXPUNGE: {History}");
        Assert.True(Selected!.Find(view[number - 1].Uid) is null, $"{number} EXPUNGE, and it is there: {History}");
        view.RemoveAt(number - 1);
    }

    void Learn(int number, string items)
    {
        Assert.True(number >= 1 && number <= view.Count, $"{number} FETCH: {History}");
        var (uid, flags) = Items(items);
        Assert.True(uid is null || uid == view[number - 1].Uid, $"{number} FETCH is another message: {History}");
        if (flags is not null)
            view[number - 1].Flags = flags;
        if (ModSeq().Match(items) is { Success: true } match && !Gone.Any())
            modSeq = Math.Max(modSeq, ulong.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    public static (uint? Uid, HashSet<string>? Flags) Items(string items) =>
        (
            UidItem().Match(items) is { Success: true } uid
                ? uint.Parse(uid.Groups[1].Value, CultureInfo.InvariantCulture)
                : null,
            FlagsItem().Match(items) is { Success: true } flags
                ? [.. flags.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(IsKept)]
                : null
        );

    static bool IsKept(string flag) => flag != "\\Recent";

    void Check(bool mayHide)
    {
        var missing = Selected!.Messages.Select(message => message.Uid).Except(Uids).ToList();
        Assert.True(missing.Count == 0, $"{Selected.Name}: {Answer.Set(missing)} not told of: {History}");
        Assert.True(mayHide || !Gone.Any(), $"{Selected.Name}: {Answer.Set(Gone)} is still there: {History}");
        foreach (var place in view)
        {
            if (place.Flags is { } flags && Selected.Find(place.Uid) is { } message)
                Assert.True(
                    flags.SetEquals(message.Flags),
                    $"UID {place.Uid} of {Selected.Name} has ({string.Join(' ', message.Flags)}): {History}"
                );
        }
    }

    [GeneratedRegex(@"\bUID (\d+)")]
    private static partial Regex UidItem();

    [GeneratedRegex(@"\bFLAGS \(([^)]*)\)")]
    private static partial Regex FlagsItem();

    [GeneratedRegex(@"\bMODSEQ \((\d+)\)")]
    private static partial Regex ModSeq();
}
