using System.Net;
using Cloud.Dns;
using Cloud.Trust.Client;

namespace Cloud.Trust.DnsLists;

/// <summary>Whether a list can be relied on.</summary>
public enum DnsListHealth
{
    Works,

    /// <summary>It lists what may never be listed: it is gone, and somebody answers for every name.</summary>
    ListsEverything,

    /// <summary>Its test entry is missing: a wrong zone, or one that was emptied.</summary>
    ListsNothing,

    /// <summary>It does not answer us.</summary>
    Refuses,

    /// <summary>Nobody knows for now.</summary>
    TempError,
}

/// <param name="Reason">One line.</param>
public sealed record DnsListProbeResult(DnsListHealth Health, string Reason);

/// <summary>Looks for the entries by which a list shows that it is one. RFC 5782 §5.</summary>
public static class DnsListProbe
{
    static readonly IPAddress Listed = IPAddress.Parse("127.0.0.2");

    static readonly IPAddress Unlisted = IPAddress.Parse("127.0.0.1");

    static readonly DnsName ListedDomain = DnsName.Parse("test");

    static readonly DnsName UnlistedDomain = DnsName.Parse("invalid");

    /// <summary>Never throws; <paramref name="cancel"/> ends it as a temporary error.</summary>
    public static async Task<DnsListProbeResult> RunAsync(
        DnsList list,
        IResolver resolver,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        var (zone, isOfAddresses) = (list.Zone, list.IsOfAddresses);
        var good = isOfAddresses ? ListNames.Of(zone, Listed) : ListNames.Of(zone, ListedDomain);
        var bad = isOfAddresses ? ListNames.Of(zone, Unlisted) : ListNames.Of(zone, UnlistedDomain);
        if (good is null || bad is null)
            return new(DnsListHealth.ListsNothing, "the zone's name is too long to have entries");
        using var questions = new TimedQuestions(resolver, clock, new DnsListOptions().Timeout, cancel);
        var answers = await Task.WhenAll(questions.AskAsync(good, RecordType.A), questions.AskAsync(bad, RecordType.A));
        var (must, mustNot) = (answers[0], answers[1]);
        if (must.IsFailure || mustNot.IsFailure)
            return new(DnsListHealth.TempError, (must.IsFailure ? must : mustNot).ToString());
        if (DnsListVerifier.FaultOf(must) is { } fault)
            return new(DnsListHealth.Refuses, fault);
        if (mustNot.IsAnswer)
            return new(DnsListHealth.ListsEverything, $"{mustNot}, which no list may have");
        return must.IsAnswer
            ? new(DnsListHealth.Works, must.ToString())
            : new(DnsListHealth.ListsNothing, $"{must}, which every list has");
    }
}
