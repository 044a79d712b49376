using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Cloud.Dns;

namespace Cloud.Trust.DnsLists;

/// <summary>A list of addresses or of domains, kept in the domain name system (RFC 5782), and what it counts here.</summary>
/// <remarks>
/// As a line of settings: <c>zone weight=4 [codes=127.0.0.2-11,127.0.1.*] [for=client] [domains=organizational]</c>.
/// A zone may stand on several lines, with other codes and weights: it is asked once. <c>#</c> begins a comment.
/// </remarks>
public sealed record DnsList
{
    /// <summary>The largest weight, and with a minus the smallest: a guard against slips of the pen.</summary>
    public const double MaxWeight = 100;

    /// <summary>Below which the entries are.</summary>
    public required DnsName Zone { get; init; }

    /// <summary>What a listing adds to the score: positive for a block list, negative for an allow list.</summary>
    public required double Weight { get; init; }

    /// <summary>Answers that count, any of these; empty for all.</summary>
    public IReadOnlyList<CodeFilter> Codes { get; init; } = [];

    /// <summary>Whom it is asked for: the client, then it is a list of addresses; or domains, never both.</summary>
    public ListSubjects For { get; init; } = ListSubjects.Client;

    /// <summary>Asks for the organizational domain (by the Public Suffix List) instead of the name as it is.</summary>
    public bool ByOrganization { get; init; }

    /// <summary>Whether it lists addresses; else domains.</summary>
    public bool IsOfAddresses => For == ListSubjects.Client;

    /// <param name="text">A line of settings.</param>
    /// <param name="list">The list.</param>
    /// <param name="fault">What is wrong with the line; empty when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsList? list, out string fault)
    {
        list = null;
        var words = text.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !DnsName.TryParse(words[0], out var zone) || zone.LabelCount < 2)
        {
            fault = $"\"{text}\" does not begin with the name of a zone";
            return false;
        }

        var read = new DnsList { Zone = zone, Weight = 0 };
        foreach (var word in words.Skip(1))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || read.With(word[..equals], word[(equals + 1)..]) is not { } next)
            {
                fault = $"{zone}: \"{word}\" is not understood";
                return false;
            }

            read = next;
        }

        fault = read.FaultOf() is { } reason ? $"{zone}: {reason}" : "";
        list = fault.Length == 0 ? read : null;
        return list is not null;
    }

    public bool Counts(IPAddress code) => Codes.Count == 0 || Codes.Any(filter => filter.Matches(code));

    DnsList? With(string name, string value)
    {
        switch (name)
        {
            case "weight":
                return
                    double.TryParse(
                        value,
                        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                        CultureInfo.InvariantCulture,
                        out var weight
                    ) && double.IsFinite(weight)
                    ? this with
                    {
                        Weight = weight,
                    }
                    : null;
            case "codes":
                var filters = value.Split(',').Select(one => CodeFilter.TryParse(one, out var code) ? code : null);
                var codes = filters.OfType<CodeFilter>().ToArray();
                return codes.Length == value.Split(',').Length ? this with { Codes = codes } : null;
            case "for":
                return ToSubjects(value) is { } subjects ? this with { For = subjects } : null;
            case "domains":
                return value is "full" or "organizational" ? this with { ByOrganization = value[0] == 'o' } : null;
            default:
                return null;
        }
    }

    string? FaultOf()
    {
        if (Weight == 0 || Math.Abs(Weight) > MaxWeight)
            return $"the weight must be between -{MaxWeight} and {MaxWeight}, and not 0";
        if (!IsOfAddresses && For.HasFlag(ListSubjects.Client))
            return "a list is of addresses or of domains: for=client stands alone";
        return null;
    }

    static ListSubjects? ToSubjects(string value)
    {
        var subjects = ListSubjects.None;
        foreach (var word in value.Split(','))
        {
            var subject = word switch
            {
                "client" => ListSubjects.Client,
                "helo" => ListSubjects.Helo,
                "mailfrom" => ListSubjects.MailFrom,
                "from" => ListSubjects.From,
                "dkim" => ListSubjects.Dkim,
                "url" => ListSubjects.Url,
                "domains" => ListSubjects.Domains,
                _ => ListSubjects.None,
            };
            if (subject == ListSubjects.None)
                return null;
            subjects |= subject;
        }

        return subjects;
    }
}
