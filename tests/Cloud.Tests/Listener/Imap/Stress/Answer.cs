using System.Globalization;
using System.Text.RegularExpressions;
using Cloud.Store.Messages;

namespace Cloud.Tests.Listener.Imap.Stress;

/// <summary>What came back on a command: its untagged responses and its end.</summary>
sealed partial class Answer
{
    readonly string text;

    public Answer(string answer)
    {
        text = answer;
        End = Tagged().Match(answer).Value;
        Assert.True(End.Length > 0, $"no tagged answer: {answer}");
        Assert.False(End.Contains(" BAD ", StringComparison.Ordinal), answer);
        Assert.DoesNotContain("SERVERBUG", answer);
    }

    public string End { get; }

    public bool IsOk => Regex.IsMatch(End, @"^t\d+ OK");

    /// <summary>In their order.</summary>
    public IEnumerable<Match> Untagged => Responses().Matches(text);

    /// <summary>A response code's argument, tagged or not; null where there is none.</summary>
    public string? Code(string name) =>
        Regex.Match(text, $@"\[{name} ([^\]]*)\]") is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The numbers of <c>* SEARCH</c>.</summary>
    public IReadOnlyList<uint> Found =>
        [
            .. Regex
                .Match(text, @"(?m)^\* SEARCH([ 0-9]*)")
                .Groups[1]
                .Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => uint.Parse(number, CultureInfo.InvariantCulture)),
        ];

    /// <summary>COPYUID: from which UID to which.</summary>
    public IReadOnlyList<(uint From, uint To)> Copied
    {
        get
        {
            if (Code("COPYUID") is not { } code)
                return [];
            var parts = code.Split(' ');
            var (from, to) = (Numbers(parts[1]), Numbers(parts[2]));
            Assert.Equal(from.Count, to.Count);
            return [.. from.Zip(to)];
        }
    }

    /// <summary>A set of numbers as it is written: <c>3,5:7</c>; order is kept.</summary>
    public static IReadOnlyList<uint> Numbers(string set)
    {
        var all = new List<uint>();
        foreach (var part in set.Split(','))
        {
            var ends = part.Split(':').Select(end => uint.Parse(end, CultureInfo.InvariantCulture)).ToList();
            for (var number = ends[0]; number <= ends[^1]; number++)
                all.Add(number);
        }
        return all;
    }

    public static string Set(IEnumerable<uint> numbers) => $"{UidSet.Of(numbers)}";

    public override string ToString() => text;

    [GeneratedRegex(@"(?m)^t\d+ .*$")]
    private static partial Regex Tagged();

    /// <summary>Groups: exists; expunge; fetch with uid, flags, modseq in any order; vanished, earlier or not.</summary>
    [GeneratedRegex(
        @"(?m)^\* (?:(?<exists>\d+) EXISTS|(?<expunge>\d+) EXPUNGE|(?<fetch>\d+) FETCH \((?<items>[^\r]*)|VANISHED (?<earlier>\(EARLIER\) )?(?<vanished>[0-9:,]+))"
    )]
    private static partial Regex Responses();
}
