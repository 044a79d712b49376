using System.Net;
using Cloud.Mail;
using Cloud.Trust.Client;
using Cloud.Trust.DnsLists;
using Cloud.Trust.Spf;

namespace Cloud.Flow.Door;

/// <summary>Who sends a message: asked all at once when its sender is named, before a single octet of it has come.</summary>
/// <param name="Address">Null where it is not known: then nothing is judged by it, and every other member is null.</param>
/// <param name="Spf">Of the reverse path.</param>
/// <param name="HeloSpf">Of the HELO name; null where it is the same question (RFC 7208 §2.4).</param>
sealed record ClientCheck(
    IPAddress? Address,
    Task<SpfVerdict>? Spf,
    Task<SpfVerdict>? HeloSpf,
    Task<IprevVerdict>? Iprev,
    Task<HeloVerdict>? Helo,
    Task<DnsListVerdict>? Lists
)
{
    public static ClientCheck Begin(
        MessageDoor door,
        IPAddress? client,
        string helo,
        EmailAddress? from,
        CancellationToken cancel
    )
    {
        if (client is null)
            return new(null, null, null, null, null, null);
        var sender = new SpfClient(client, helo, door.Options.Hostname);
        List<ListItem> items = [ListItem.OfClient(client), ListItem.OfDomain(ListSubjects.Helo, helo)];
        if (from is not null)
            items.Add(ListItem.OfDomain(ListSubjects.MailFrom, from.Domain));
        return new(
            client,
            door.Spf.CheckMailFromAsync(sender, from is null ? "" : $"{from.Local}@{from.Domain}", cancel),
            from is null ? null : door.HeloSpf.CheckHeloAsync(sender, cancel),
            door.Iprev.CheckAsync(client, cancel),
            door.Helo.CheckAsync(client, helo, cancel),
            door.Lists.CheckAsync(items, cancel)
        );
    }

    public async Task<ClientVerdicts> CompleteAsync() =>
        Address is null || Spf is null || Iprev is null || Helo is null || Lists is null
            ? new(null, null, null, null, null, DnsListVerdict.Empty)
            : new(Address, await Spf, HeloSpf is null ? null : await HeloSpf, await Iprev, await Helo, await Lists);
}

/// <inheritdoc cref="ClientCheck"/>
sealed record ClientVerdicts(
    IPAddress? Address,
    SpfVerdict? Spf,
    SpfVerdict? HeloSpf,
    IprevVerdict? Iprev,
    HeloVerdict? Helo,
    DnsListVerdict Lists
)
{
    /// <summary>It has no name that leads back to it, or its sender does not vouch for it, or a list has it.</summary>
    public bool IsSuspicious =>
        Iprev?.Result is IprevResult.Fail or IprevResult.PermError
        || Spf is { Result: SpfResult.Fail or SpfResult.SoftFail or SpfResult.None or SpfResult.Neutral }
        || Lists.Weight > 0;

    /// <summary>The domain whose SPF passes; null where none does.</summary>
    public string? SpfDomain => Spf is { Result: SpfResult.Pass, Domain: { Length: > 0 } domain } ? domain : null;

    public IEnumerable<string> Steps()
    {
        if (Address is null)
            yield return "the client's address is not known: SPF, iprev, lists and greylisting are left out";
        foreach (
            var (verdict, steps) in new (object?, IReadOnlyList<string>?)[]
            {
                (Iprev, Iprev?.Steps),
                (Helo, Helo?.Steps),
                (Spf, Spf?.Steps),
                (HeloSpf, HeloSpf?.Steps),
                (null, Lists.Steps),
            }
        )
        {
            if (verdict is not null)
                yield return $"{verdict}";
            foreach (var step in steps ?? [])
                yield return $"  {step}";
        }
    }
}
