using System.Text.Json;

namespace Cloud.Api.Rest.Usage;

/// <summary>What keeping and sending octets costs on Azure, by the dated table that <c>cloud cost</c> uses.</summary>
/// <param name="Date">When the prices were read.</param>
sealed record UnitPrices(string Date, string Currency, decimal KeptOctetMonth, decimal SentOctet)
{
    static readonly Lazy<UnitPrices> Table = new(Read);

    public static UnitPrices Current => Table.Value;

    static UnitPrices Read()
    {
        using var stream = typeof(UnitPrices).Assembly.GetManifestResourceStream("prices.json")!;
        using var table = JsonDocument.Parse(stream);
        var (root, prices) = (table.RootElement, table.RootElement.GetProperty("prices"));
        return new(
            root.GetProperty("date").GetString()!,
            root.GetProperty("currency").GetString()!,
            Of(prices.GetProperty("blobOctetMonth")),
            Of(prices.GetProperty("egressOctet"))
        );
    }

    static decimal Of(JsonElement price) =>
        price.GetProperty("price").GetDecimal() / price.GetProperty("per").GetDecimal();
}
