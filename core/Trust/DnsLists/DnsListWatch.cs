using Cloud.Dns;

namespace Cloud.Trust.DnsLists;

/// <summary>Looks now and again whether lists still are what they were, and switches off those that list everything.</summary>
/// <remarks>A list that was given up and sold would have all mail refused. What refuses us or is empty says nothing anyway.</remarks>
public sealed class DnsListWatch(DnsListVerifier lists, IResolver resolver, TimeProvider clock)
{
    /// <summary>Two questions a list: at the start, and then.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    readonly Dictionary<DnsName, DnsListHealth> known = [];

    /// <summary>Looks until told to stop.</summary>
    /// <param name="tell">Hears of each list that does not work, and of its working again; once.</param>
    /// <param name="stop">Ends it. Nothing is thrown.</param>
    public async Task RunAsync(Action<DnsName, DnsListProbeResult> tell, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await LookAsync(tell, stop);
            await Task.Delay(Every, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks once.</summary>
    public async Task LookAsync(Action<DnsName, DnsListProbeResult> tell, CancellationToken stop)
    {
        foreach (var list in lists.Lists.DistinctBy(list => list.Zone))
        {
            var found = await DnsListProbe.RunAsync(list, resolver, clock, stop);
            if (found.Health == DnsListHealth.TempError)
                continue; // Nobody can tell: it stays as it was.
            lists.Switch(list.Zone, isOn: found.Health != DnsListHealth.ListsEverything);
            var before = known.GetValueOrDefault(list.Zone, DnsListHealth.Works);
            known[list.Zone] = found.Health;
            if (before != found.Health)
                tell(list.Zone, found);
        }
    }
}
