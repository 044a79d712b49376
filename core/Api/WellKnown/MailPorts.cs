namespace Cloud.Api.WellKnown;

/// <summary>Where clients connect; null for off. The defaults are the registered ones.</summary>
public sealed record MailPorts
{
    public int? Imaps { get; init; } = 993;

    public int? Pop3s { get; init; } = 995;

    public int? Submissions { get; init; } = 465;

    public int? Submission { get; init; } = 587;
}
