using System.Text;
using Cloud.Mail;

namespace Cloud.Flow.Hooks;

/// <summary>How many subscriptions one event may go to: looked at before there is one more.</summary>
/// <remarks>
/// Of what they are limited to, kind, tenant, domain, mailbox and address are compared. What their rules look for in a
/// message counts for nothing: one message may have all of it.
/// </remarks>
static class HookCrowd
{
    /// <returns>What is wrong with one more; null where no event would go to more than <see cref="Hook.MaxOfEvent"/>.</returns>
    public static string? FaultOf(Hook wanted, IEnumerable<Hook> there)
    {
        foreach (var kind in wanted.Events)
        {
            var beside = there
                .Where(hook => hook.IsEnabled && hook.Events.Contains(kind) && MayShare(hook, wanted))
                .ToList();
            if (beside.Count >= Hook.MaxOfEvent && Most(wanted, beside) >= Hook.MaxOfEvent)
                return $"{Hook.MaxOfEvent} webhooks may hear of one {kind.ToName()} already, and no more can: "
                    + "limit some of them to a domain, an address or a mailbox, or remove them";
        }
        return null;
    }

    /// <summary>Those of the largest crowd that was found, beginning with each in turn.</summary>
    static int Most(Hook wanted, List<Hook> beside) => beside.Max(first => CrowdOf(Narrower(first, wanted), beside));

    /// <summary>All that an event may be about together, as they come: each of them makes it more exact what that is.</summary>
    static int CrowdOf(Hook place, List<Hook> beside)
    {
        var count = 0;
        foreach (var hook in beside.Where(hook => MayShare(hook, place)))
        {
            place = Narrower(hook, place);
            count++;
        }
        return count;
    }

    /// <summary>What both are about.</summary>
    static Hook Narrower(Hook one, Hook other) =>
        new()
        {
            Id = "",
            Url = "",
            Events = [],
            Tenant = one.Tenant ?? other.Tenant,
            Domain = one.Domain ?? other.Domain,
            Account = one.Account ?? other.Account,
            Address = IsOne(one.Address) ? one.Address : other.Address ?? one.Address,
        };

    /// <summary>Whether an event can be about both.</summary>
    static bool MayShare(Hook one, Hook other) =>
        MayBeSame(one.Tenant, other.Tenant)
        && MayBeSame(one.Domain, other.Domain)
        && MayBeSame(one.Account, other.Account)
        && MayBeAt(one.Address, other.Address)
        && MayBeIn(one.Domain, other.Address)
        && MayBeIn(other.Domain, one.Address);

    static bool MayBeSame(string? one, string? other) => one is null || other is null || one == other;

    static bool MayBeAt(string? one, string? other)
    {
        if (one is null || other is null || one == other)
            return true;
        return (IsOne(one), IsOne(other)) switch
        {
            (true, true) => false,
            (true, false) => Wildcards.Matches(other, one),
            (false, true) => Wildcards.Matches(one, other),
            _ => MayEndAlike(one, other),
        };
    }

    /// <summary>Whether an address that fits can be in the domain.</summary>
    static bool MayBeIn(string? domain, string? address) =>
        domain is null || address is null || MayEndAlike($"*@{domain}", address);

    /// <summary>Some addresses of one event may fit two patterns, unless the domains they end with differ.</summary>
    /// <remarks>An event is about one domain, but may be about several addresses in it.</remarks>
    static bool MayEndAlike(string one, string other)
    {
        var (first, second) = (EndOf(one), EndOf(other));
        return !Ascii.IsValid(first) // a name has two forms then
            || !Ascii.IsValid(second)
            || first.EndsWith(second, StringComparison.OrdinalIgnoreCase)
            || second.EndsWith(first, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What is sure of its domain: behind the last wildcard, from the @ on.</summary>
    static string EndOf(string pattern) =>
        pattern[Math.Max(pattern.LastIndexOfAny(['*', '?']) + 1, pattern.LastIndexOf('@'))..];

    static bool IsOne(string? address) => address?.AsSpan().ContainsAny('*', '?') == false;
}
