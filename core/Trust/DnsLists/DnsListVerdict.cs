using System.Globalization;
using System.Net;
using Cloud.Dns;

namespace Cloud.Trust.DnsLists;

/// <summary>An address or a domain that a list has.</summary>
/// <param name="Zone">Whose list.</param>
/// <param name="Subject">What was asked for; several where they have the same domain.</param>
/// <param name="Item">The address or the domain.</param>
/// <param name="Codes">The answers that counted.</param>
/// <param name="Weight">Negative on an allow list.</param>
/// <param name="Reason">The list's own words, printable ASCII and bounded; null where it says nothing. A stranger's.</param>
public sealed record Listing(
    DnsName Zone,
    ListSubjects Subject,
    string Item,
    IReadOnlyList<IPAddress> Codes,
    double Weight,
    string? Reason
)
{
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Item} is on {Zone} ({string.Join(", ", Codes)}; {Weight:+0.##;-0.##})"
        );
}

/// <summary>A list that could not tell.</summary>
/// <param name="Item">What it was asked for.</param>
/// <param name="Reason">One line: a name server that failed, a list that refuses, an answer that is none.</param>
public sealed record ListError(DnsName Zone, string Item, string Reason)
{
    public override string ToString() => $"{Zone} does not tell of {Item}: {Reason}";
}

/// <summary>What the lists say.</summary>
/// <param name="Listings">In the order of the lists.</param>
/// <param name="Errors">Lists that could not tell; they count for nothing, but somebody should look.</param>
/// <param name="Steps">For the trace: what was asked and answered.</param>
public sealed record DnsListVerdict(
    IReadOnlyList<Listing> Listings,
    IReadOnlyList<ListError> Errors,
    IReadOnlyList<string> Steps
)
{
    public static readonly DnsListVerdict Empty = new([], [], []);

    /// <summary>Sum of the listings' weights.</summary>
    public double Weight => Listings.Sum(listing => listing.Weight);

    /// <summary>Whether an allow list has it.</summary>
    public bool IsAllowed => Listings.Any(listing => listing.Weight < 0);

    /// <summary>Both together: what was known at the connection, and what came with the message.</summary>
    public DnsListVerdict And(DnsListVerdict other) =>
        new([.. Listings, .. other.Listings], [.. Errors, .. other.Errors], [.. Steps, .. other.Steps]);
}
