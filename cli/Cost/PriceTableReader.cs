using System.Globalization;
using System.Text.Json;

namespace Cloud.Cli.Cost;

/// <summary>Reads a price table, and tells all that is wrong with one.</summary>
sealed class PriceTableReader
{
    /// <summary>Octets of a file. Default: some hundred times what ours has.</summary>
    public const int MaxFile = 1024 * 1024;

    static readonly string[] DateFormats = ["yyyy-MM-dd", "yyyy-MM"];

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    const int MaxText = 1000;
    const int MaxHosts = 20;
    const decimal MaxAmount = 1_000_000;
    const decimal MaxUnits = 1e15m;

    readonly List<string> faults = [];

    /// <returns>The table; or null, and what is wrong, a sentence each.</returns>
    public static (PriceTable? Table, IReadOnlyList<string> Faults) Read(ReadOnlyMemory<byte> json)
    {
        var reader = new PriceTableReader();
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..]; // RFC 8259 §8.1 lets a reader pass over what some editors put in front
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var table = reader.Table(document.RootElement);
            return reader.faults.Count == 0 ? (table, []) : (null, reader.faults);
        }
        catch (JsonException e)
        {
            return (null, [$"It is no JSON: {e.Message}"]);
        }
        catch (InvalidOperationException)
        {
            return (null, ["A text in it has half a character (a lone surrogate)."]); // JsonElement.GetString
        }
    }

    /// <summary>The table that comes along.</summary>
    public static PriceTable Ours()
    {
        using var stream = typeof(PriceTableReader).Assembly.GetManifestResourceStream("prices.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Read(bytes.ToArray()).Table!;
    }

    PriceTable Table(JsonElement root)
    {
        Only(root, "the table", ["date", "region", "currency", "source", "prices", "execution", "hosts"]);
        return new(
            Date(Member(root, "date"), "date"),
            Text(Member(root, "region"), "region"),
            Text(Member(root, "currency"), "currency"),
            Text(Member(root, "source"), "source"),
            Prices(Member(root, "prices")),
            Execution(Member(root, "execution")),
            Hosts(Member(root, "hosts"))
        );
    }

    Dictionary<Meter, Price> Prices(JsonElement? prices)
    {
        Only(prices, "prices", [.. Meters.All.Select(Meters.Name)]);
        return Meters.All.ToDictionary(meter => meter, meter => Price(prices, Meters.Name(meter)));
    }

    Price Price(JsonElement? prices, string name)
    {
        var (price, path) = (Member(prices, name), $"prices.{name}");
        Only(price, path, ["price", "per", "free", "source"]);
        return new(
            Number(Member(price, "price"), $"{path}.price", 0, MaxAmount),
            Number(Member(price, "per"), $"{path}.per", 1, MaxUnits),
            Member(price, "free") is { } free ? Number(free, $"{path}.free", 0, MaxUnits) : 0,
            Member(price, "source") is { } source ? Text(source, $"{path}.source") : ""
        );
    }

    ExecutionBilling Execution(JsonElement? execution)
    {
        Only(execution, "execution", ["minimumMilliseconds", "stepMilliseconds"]);
        var minimum = Number(Member(execution, "minimumMilliseconds"), "execution.minimumMilliseconds", 0, 60_000);
        var step = Number(Member(execution, "stepMilliseconds"), "execution.stepMilliseconds", 1, 60_000);
        return new(TimeSpan.FromMilliseconds((double)minimum), TimeSpan.FromMilliseconds((double)step));
    }

    Dictionary<string, IReadOnlyDictionary<string, decimal>> Hosts(JsonElement? hosts)
    {
        var found = new Dictionary<string, IReadOnlyDictionary<string, decimal>>(StringComparer.Ordinal);
        foreach (var host in Members(hosts, "hosts"))
        {
            var items = new Dictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var item in Members(host.Value, $"hosts.{host.Name}"))
                items[item.Name] = Number(item.Value, $"hosts.{host.Name}.{item.Name}", 0, MaxAmount);
            found[host.Name] = items;
        }
        if (hosts is { ValueKind: JsonValueKind.Object } && found.Count is 0 or > MaxHosts)
            faults.Add($"hosts: there are {found.Count}, but 1 to {MaxHosts} must be.");
        return found;
    }

    /// <returns>Null when it is missing, or there is nothing that could hold it.</returns>
    static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } holder && holder.TryGetProperty(name, out var value)
            ? value
            : null;

    IEnumerable<JsonProperty> Members(JsonElement? element, string path)
    {
        if (element is { ValueKind: JsonValueKind.Object } holder)
            return holder.EnumerateObject();
        faults.Add($"{path}: must be an object.");
        return [];
    }

    /// <summary>A slip in a name would otherwise be a price of nothing.</summary>
    void Only(JsonElement? element, string path, IReadOnlyList<string> names)
    {
        foreach (var member in Members(element, path))
        {
            if (!names.Contains(member.Name))
                faults.Add($"{path}: there is no \"{member.Name}\" (only {string.Join(", ", names)}).");
        }
    }

    string Text(JsonElement? element, string path)
    {
        if (
            element is { ValueKind: JsonValueKind.String }
            && element.Value.GetString() is { Length: > 0 and <= MaxText } text
        )
            return text;
        faults.Add($"{path}: must be a text of 1 to {MaxText} characters.");
        return "";
    }

    string Date(JsonElement? element, string path)
    {
        var text = element is { ValueKind: JsonValueKind.String } given ? given.GetString()! : "";
        if (!DateOnly.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, default, out _))
            faults.Add($"{path}: must say when the prices were read, as 2026-08-31 or 2026-08.");
        return text;
    }

    decimal Number(JsonElement? element, string path, decimal least, decimal most)
    {
        if (
            element is { ValueKind: JsonValueKind.Number } given
            && given.TryGetDecimal(out var number)
            && number >= least
            && number <= most
        )
            return number;
        faults.Add(
            string.Create(CultureInfo.InvariantCulture, $"{path}: must be a number from {least:0} to {most:0}.")
        );
        return least;
    }
}
