namespace Cloud.Trust.Content;

/// <summary>Where links lead.</summary>
static class LinkRules
{
    public static IEnumerable<ContentRule> All { get; } =
    [
        ContentRule.Naming(
            "LINK_HOST_DIFFERS",
            1.5m,
            "A link shows one host and leads to another",
            message => message.Links.Select(Differing).FirstOrDefault(found => found is not null)
        ),
        ContentRule.Naming(
            "LINK_IP_ADDRESS",
            1.5m,
            "A link leads to an IP address",
            message => message.Links.FirstOrDefault(link => link.Host.IsAddress)?.Host.Name
        ),
        ContentRule.Naming(
            "LINK_USERINFO",
            1.5m,
            "A link has a user name before its host, which looks like another host",
            message => message.Links.FirstOrDefault(link => link.Host.HasUser)?.Host.Name
        ),
    ];

    static string? Differing(Link link) =>
        WebHost.Shown(link.Text) is { } shown && !shown.IsOf(link.Host) ? $"{shown.Name}, {link.Host.Name}" : null;
}
