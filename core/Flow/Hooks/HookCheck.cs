using Cloud.Mail;

namespace Cloud.Flow.Hooks;

/// <summary>What may not be in a subscription. Where an address leads to is looked at when it is asked, each time.</summary>
public static class HookCheck
{
    /// <summary>Characters of a description.</summary>
    const int MaxDescription = 500;

    /// <returns>The field and what is wrong with it, for each.</returns>
    public static IReadOnlyList<(string Field, string Fault)> Faults(Hook hook)
    {
        var faults = new List<(string, string)>();
        if (UrlFault(hook.Url) is { } fault)
            faults.Add(("url", fault));
        if (hook.Events.Count == 0 || hook.Events.Any(kind => kind > MailEventKind.Quota))
            faults.Add(("events", $"One or more of {string.Join(", ", MailEventNames.All)}"));
        if (hook.Domain is { } domain && !EmailAddress.IsDomain(domain))
            faults.Add(("domain", "It is no domain"));
        if (hook.Concurrency is < 1 or > Hook.MaxConcurrency)
            faults.Add(("concurrency", $"From 1 to {Hook.MaxConcurrency}"));
        if (hook.Inline is < 0 or > Hook.MaxInline)
            faults.Add(("inline", $"From 0 to {Hook.MaxInline} octets"));
        if (hook.Owner is { } owner && EmailAddress.TryParse(owner) is null)
            faults.Add(("owner", "It is no address"));
        if (hook.Description?.Length > MaxDescription)
            faults.Add(("description", $"It has more than {MaxDescription} characters"));
        if (hook.Rule is { HeaderValue: not null, Header: null })
            faults.Add(("rule.headerValue", "Of which header?"));
        foreach (
            var (name, pattern) in new[]
            {
                ("address", hook.Address),
                ("rule.sender", hook.Rule.Sender),
                ("rule.recipient", hook.Rule.Recipient),
                ("rule.subject", hook.Rule.Subject),
                ("rule.header", hook.Rule.Header),
                ("rule.headerValue", hook.Rule.HeaderValue),
            }
        )
        {
            if (pattern is { Length: 0 or > Wildcards.MaxPattern })
                faults.Add((name, $"It has 1 to {Wildcards.MaxPattern} characters"));
        }
        return faults;
    }

    /// <returns>Null for nothing.</returns>
    public static string? UrlFault(string url)
    {
        if (url.Length > Hook.MaxUrl)
            return $"It has more than {Hook.MaxUrl} characters";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return "It is no address of the web";
        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
            return "It must begin with https://";
        if (address.UserInfo.Length > 0)
            return "It must hold no name or password";
        if (!HasName(address))
            return "It names no host";
        return address.Fragment.Length > 0 ? "It must have no fragment" : null;
    }

    /// <summary>Some names are characters of an address, but none that DNS has a form for (RFC 5891).</summary>
    static bool HasName(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
