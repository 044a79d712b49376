using Cloud.Flow.Outbound.Forwarding;
using Cloud.Mail;
using Cloud.Store.Directory;

namespace Cloud.Api.Admin;

/// <summary>Whether an address may lead to others: what would go in a circle, or nowhere, is a slip.</summary>
sealed class TargetCheck(MailDirectory directory)
{
    /// <param name="key">Whose targets they are to be; a key, or <c>*@domain</c>.</param>
    /// <exception cref="AdminException">It may not.</exception>
    public async ValueTask CheckAsync(string key, IReadOnlyList<string> targets, CancellationToken cancel)
    {
        if (targets.Count is 0 or > MailDirectory.MaxAliasTargets)
            throw new AdminException($"An address leads to 1 to {MailDirectory.MaxAliasTargets} others");
        var outside = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            var address = EmailAddress.TryParse(target) ?? throw new AdminException($"{target} is no address");
            if (address.Key == key)
                throw new AdminException($"{key} would lead to itself");
            if (SrsCodec.IsOne(address.Local))
                throw new AdminException($"{target} is a return path of forwarded mail, which ends some day");
            var walk = new AddressWalk(directory, follows: true, origin: key);
            await walk.AddAsync(address, cancel);
            if (walk.IsCircle)
                throw new AdminException($"{target} leads back to {key}");
            if (walk.Accounts.Count + walk.Outside.Count == 0)
                throw new AdminException($"There is no {target}");
            outside.UnionWith(walk.Outside.Select(one => one.Key));
        }
        if (outside.Count > MailDirectory.MaxOutside)
            throw new AdminException($"{key} would lead to over {MailDirectory.MaxOutside} addresses elsewhere");
    }
}
