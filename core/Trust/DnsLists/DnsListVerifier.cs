using System.Collections.Frozen;
using Cloud.Dns;
using Cloud.Trust.Client;
using Cloud.Trust.Spf;

namespace Cloud.Trust.DnsLists;

/// <summary>How much a check may cost.</summary>
public sealed record DnsListOptions
{
    /// <summary>Entries that one check looks for; more are told as errors. Ten lists with ten domains.</summary>
    public int MaxQuestions { get; init; } = 100;

    /// <summary>Time for one check: lists that have not answered by then are errors, and count for nothing.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Asks lists of addresses and of domains in the domain name system. RFC 5782.</summary>
/// <remarks>
/// All are asked at once, each entry once, its reason only where it is listed. Nothing is thrown, whatever they answer;
/// what refuses, fails or is late is an error, never a listing.
/// </remarks>
/// <param name="lists">Those configured; none by default, as most lists restrict who may ask.</param>
public sealed class DnsListVerifier(
    IReadOnlyList<DnsList> lists,
    IResolver resolver,
    TimeProvider clock,
    DnsListOptions? options = null
)
{
    readonly DnsListOptions options = options ?? new();
    volatile FrozenSet<DnsName> off = [];

    public IReadOnlyList<DnsList> Lists => lists;

    /// <summary>Whether a zone is asked from now on. By one caller at a time.</summary>
    public void Switch(DnsName zone, bool isOn) =>
        off = (isOn ? off.Where(other => other != zone) : off.Append(zone)).ToFrozenSet();

    /// <summary>Whether any list is asked for the like.</summary>
    public bool IsAskedFor(ListSubjects subjects) => lists.Any(list => (list.For & subjects) != 0);

    /// <param name="items">What is known by now; the same domain may come for several subjects.</param>
    /// <param name="cancel">Ends the check: what was not answered is an error then.</param>
    public async Task<DnsListVerdict> CheckAsync(IReadOnlyCollection<ListItem> items, CancellationToken cancel)
    {
        var (steps, errors) = (new StepList(), new List<ListError>());
        var entries = EntriesOf(items, steps, errors);
        using var questions = new TimedQuestions(resolver, clock, options.Timeout, cancel);
        var answers = await Task.WhenAll(entries.ConvertAll(entry => AskAsync(questions, entry)));
        var listings = new List<Listing>();
        foreach (var (entry, answer, reason) in answers)
        {
            steps.Add(answer.ToString());
            if (reason is not null)
                steps.Add(reason.ToString());
            if (FaultOf(answer) is { } fault)
                errors.Add(new(entry.Zone, entry.Item, Line.Of(fault)));
            else
                listings.AddRange(entry.Uses.Select(use => ToListing(entry, use, answer, reason)).OfType<Listing>());
        }

        errors.ForEach(error => steps.Add(error.ToString()));
        listings.ForEach(listing => steps.Add(listing.ToString()));
        return new(listings, errors, steps.All);
    }

    /// <summary>What to look for: each name once, with all that ask for it.</summary>
    List<Entry> EntriesOf(IReadOnlyCollection<ListItem> items, StepList steps, List<ListError> errors)
    {
        var entries = new Dictionary<DnsName, Entry>();
        foreach (var list in lists)
        {
            if (off.Contains(list.Zone))
            {
                steps.Add($"{list.Zone} is not asked: it lists everything");
                continue;
            }

            foreach (var item in items.Where(item => list.For.HasFlag(item.Subject)))
            {
                if (NameOf(list, item) is not var (name, text))
                    steps.Add($"{list.Zone} is not asked for {item.Text}");
                else if (entries.TryGetValue(name, out var entry))
                    entry.Add(list, item.Subject);
                else if (entries.Count == options.MaxQuestions)
                    errors.Add(new(list.Zone, Line.Of(text), $"over {options.MaxQuestions} questions"));
                else
                    entries.Add(name, new Entry(name, list.Zone, text).Add(list, item.Subject));
            }
        }

        return [.. entries.Values];
    }

    static (DnsName Name, string Text)? NameOf(DnsList list, ListItem item)
    {
        if (item.Address is { } address)
            return ListNames.IsPublic(address) && ListNames.Of(list.Zone, address) is { } entry
                ? (entry, item.Text)
                : null;
        return ListNames.DomainOf(list, item.Text) is { } domain && ListNames.Of(list.Zone, domain) is { } name
            ? (name, domain.ToString())
            : null;
    }

    static async Task<(Entry Entry, DnsAnswer Answer, DnsAnswer? Reason)> AskAsync(
        TimedQuestions questions,
        Entry entry
    )
    {
        var answer = await questions.AskAsync(entry.Name, RecordType.A);
        var isListed = FaultOf(answer) is null && entry.Uses.Exists(use => CodesOf(answer, use.List).Any());
        return (entry, answer, isListed ? await questions.AskAsync(entry.Name, RecordType.Txt) : null);
    }

    /// <summary>Why an answer says nothing; null when it does, or when nothing is listed.</summary>
    internal static string? FaultOf(DnsAnswer answer)
    {
        if (answer.IsFailure)
            return $"the name server failed: {answer.Reason}";
        foreach (var record in answer.Records.OfType<AddressRecord>())
        {
            if (!ListCodes.IsCode(record.Address))
                return $"{record.Address} is no answer of a list";
            if (ListCodes.RefusalOf(record.Address) is { } refusal)
                return refusal;
        }

        return null;
    }

    static IEnumerable<System.Net.IPAddress> CodesOf(DnsAnswer answer, DnsList list) =>
        answer.Records.OfType<AddressRecord>().Select(record => record.Address).Where(list.Counts);

    static Listing? ToListing(Entry entry, Use use, DnsAnswer answer, DnsAnswer? reason)
    {
        var codes = CodesOf(answer, use.List).ToArray();
        if (codes.Length == 0)
            return null;
        var words = reason?.Records.OfType<TxtRecord>().FirstOrDefault()?.Text.ToLatin1();
        return new(entry.Zone, use.Subjects, entry.Item, codes, use.List.Weight, words is null ? null : Line.Of(words));
    }

    /// <param name="Subjects">Whom the list asks it for.</param>
    readonly record struct Use(DnsList List, ListSubjects Subjects);

    /// <summary>A name to look up.</summary>
    /// <param name="name">In the zone.</param>
    /// <param name="item">The address or the domain.</param>
    sealed class Entry(DnsName name, DnsName zone, string item)
    {
        public DnsName Name => name;

        public DnsName Zone => zone;

        public string Item => item;

        public List<Use> Uses { get; } = [];

        public Entry Add(DnsList list, ListSubjects subject)
        {
            var at = Uses.FindIndex(use => ReferenceEquals(use.List, list));
            if (at < 0)
                Uses.Add(new(list, subject));
            else
                Uses[at] = new(list, Uses[at].Subjects | subject);
            return this;
        }
    }
}
