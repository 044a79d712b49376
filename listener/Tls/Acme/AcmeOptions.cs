namespace Cloud.Listener.Tls.Acme;

/// <summary>From whom to order a certificate, and for what.</summary>
public sealed record AcmeOptions
{
    /// <summary>The authority's directory (RFC 8555 §7.1.1).</summary>
    public required Uri Directory { get; init; }

    /// <summary>DNS names that the certificate is for, 1 to 100 (what authorities commonly take), as A-labels.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>
    /// Further names, that join as soon as they lead here: one that is not in DNS yet must not keep the certificate away.
    /// What is over 100 with <see cref="Names"/> is left out.
    /// </summary>
    public IReadOnlyList<string> MoreNames { get; init; } = [];

    public AcmeAccount Account { get; init; } = new();

    /// <summary>Longest wait for a validation or for the certificate. Default: 10 minutes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two questions about something pending, where the authority does not say. Default: 3 seconds.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>Not a record: the text a record gives of itself would show the secret.</summary>
public sealed class AcmeAccount
{
    /// <summary>Mail address for the authority's notices; null for none.</summary>
    public string? Contact { get; init; }

    /// <summary>Key id of an external account binding (RFC 8555 §7.3.4); null for none.</summary>
    public string? BindingKeyId { get; init; }

    /// <summary>The MAC key that goes with it.</summary>
    public byte[] BindingSecret { get; init; } = [];
}
