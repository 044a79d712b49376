namespace Cloud.Flow.Hooks;

/// <summary>The settings of <see cref="HookOptions"/> by their names: the same wherever webhooks are sent.</summary>
public static class HookSettings
{
    /// <summary>A switch on a command line.</summary>
    public const string AllowPrivate = "allow-private-hooks";

    const string PublicUrl = "public-url";

    /// <summary>Each with the value a command line shows, and what it is, its default in brackets.</summary>
    public static IReadOnlyList<(string Name, string Value, string Description)> Names { get; } =
    [
        (
            AllowPrivate,
            "true|false",
            "Lets webhooks reach loopback and private addresses, also in clear: for development"
        ),
        (PublicUrl, "URL", "Where the HTTP API is reached from outside: links in webhooks lead there"),
    ];

    /// <param name="given">A setting's text by its name; null where it is not given.</param>
    /// <param name="faults">Gets what is wrong, a sentence each, the setting's name first.</param>
    public static HookOptions Read(Func<string, string?> given, ICollection<string> faults)
    {
        var allow = given(AllowPrivate)?.ToLowerInvariant();
        if (allow is not (null or "true" or "false"))
            faults.Add($"{AllowPrivate}: must be true or false.");
        Uri? address = null;
        if (given(PublicUrl) is { } text)
        {
            var isOne = Uri.TryCreate(text, UriKind.Absolute, out address);
            if (!isOne || (address!.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
                faults.Add($"{PublicUrl}: must be an address of the web, https://mail.example.org for one.");
        }
        return new() { AllowPrivate = allow == "true", PublicUrl = address };
    }
}
