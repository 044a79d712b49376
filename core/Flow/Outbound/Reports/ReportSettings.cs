using Cloud.Mail;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>The settings of <see cref="ReportOptions"/> by their names: the same wherever reports are sent.</summary>
public static class ReportSettings
{
    /// <summary>Characters of an organization's name.</summary>
    const int MaxOrganization = 100;

    /// <summary>Counts messages at the door, and sends reports of them.</summary>
    public const string Dmarc = "dmarc-reports";

    const string Tls = "tls-reports";
    const string From = "report-from";
    const string Organization = "report-organization";

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [
        (Dmarc, "on|off", "Tells owners of domains each day what came in their name, where they ask for it (on)"),
        (Tls, "on|off", "Tells domains each day how TLS with their hosts went, where they ask for it (on)"),
        (From, "ADDRESS", "Whom such reports come from (postmaster of the domain that the host's name lies in)"),
        (Organization, "TEXT", "Who reports, in words (that domain)"),
    ];

    /// <param name="given">A setting's text by its name; null where it is not given.</param>
    /// <param name="hostName">What the server calls itself.</param>
    /// <param name="faults">Gets what is wrong, a sentence each, the setting's name first.</param>
    public static ReportOptions Read(Func<string, string?> given, string hostName, ICollection<string> faults)
    {
        var (from, organization) = (given(From), given(Organization));
        var address = from is null ? null : EmailAddress.TryParse(from);
        if (from is not null && address is not { IsAscii: true })
            faults.Add($"{From}: \"{from}\" is no address in ASCII.");
        if (organization is { Length: > MaxOrganization } || organization?.Any(char.IsControl) == true)
            faults.Add($"{Organization}: has up to {MaxOrganization} characters, in one line.");
        return new()
        {
            SendsDmarc = IsOn(given, Dmarc, faults),
            SendsTls = IsOn(given, Tls, faults),
            From = address,
            Organization = organization,
            HostName = hostName,
        };
    }

    static bool IsOn(Func<string, string?> given, string name, ICollection<string> faults)
    {
        var text = given(name)?.ToLowerInvariant();
        if (text is not (null or "on" or "off"))
            faults.Add($"{name}: must be on or off.");
        return text is not "off";
    }
}
