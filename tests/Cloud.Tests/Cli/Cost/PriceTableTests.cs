using System.Text;
using System.Text.Json.Nodes;
using Cloud.Cli.Cost;

namespace Cloud.Tests.Cli.Cost;

public sealed class PriceTableTests
{
    static string Ours => File.ReadAllText(Path.Combine(Infra.Tool.Root, "cli/Cost/prices.json"));

    [Fact]
    public void Ours_is_sound_and_prices_every_meter()
    {
        var table = PriceTableReader.Ours();
        Assert.All(Meters.All, meter => Assert.True(table.Prices[meter].Amount > 0, $"{meter}"));
        Assert.Equal(["containerapp", "vm"], table.Hosts.Keys.Order());
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var table = JsonNode.Parse(Ours)!.AsObject();
        table["date"] = "last summer";
        table["currency"] = "";
        table["discount"] = 10;
        table.Remove("source");
        var prices = table["prices"]!.AsObject();
        prices.Remove("blobRead");
        prices["blobRaed"] = 1;
        prices["blobWrite"]!["price"] = -1;
        prices["execution"]!["per"] = 0;
        prices["execution"]!["free"] = "many";
        prices["logOctet"] = 2.99;
        table["execution"]!["stepMilliseconds"] = 0;
        table["hosts"]!["vm"]!["disk"] = "cheap";

        var (read, faults) = PriceTableReader.Read(Encoding.UTF8.GetBytes(table.ToJsonString()));
        Assert.Null(read);
        foreach (
            var path in new[]
            {
                "the table: there is no \"discount\"",
                "date: ",
                "currency: ",
                "source: ",
                "prices: there is no \"blobRaed\"",
                "prices.blobRead: ",
                "prices.blobWrite.price: must be a number from 0 to 1000000.",
                "prices.execution.per: ",
                "prices.execution.free: ",
                "prices.logOctet: must be an object.",
                "execution.stepMilliseconds: ",
                "hosts.vm.disk: ",
            }
        )
            Assert.Contains(faults, fault => fault.StartsWith(path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("prices")]
    [InlineData("{\"date\":")]
    [InlineData("{\"currency\":\"USD\",\"currency\":\"EUR\"}")]
    public void What_is_no_json_is_told(string text) =>
        Assert.StartsWith("It is no JSON", Assert.Single(PriceTableReader.Read(Encoding.UTF8.GetBytes(text)).Faults));

    [Fact]
    public void A_mark_of_the_byte_order_is_passed_over()
    {
        var (read, faults) = PriceTableReader.Read(Encoding.UTF8.GetBytes("\uFEFF" + Ours));
        Assert.Empty(faults);
        Assert.Equal("USD", read!.Currency);
    }

    [Fact]
    public void A_table_without_a_host_prices_nothing_and_is_told()
    {
        var table = JsonNode.Parse(Ours)!.AsObject();
        table["hosts"] = new JsonObject();
        var (read, faults) = PriceTableReader.Read(Encoding.UTF8.GetBytes(table.ToJsonString()));
        Assert.Null(read);
        Assert.Equal("hosts: there are 0, but 1 to 20 must be.", Assert.Single(faults));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{}")]
    public void What_is_no_table_is_told(string text) =>
        Assert.Contains(
            PriceTableReader.Read(Encoding.UTF8.GetBytes(text)).Faults,
            fault => fault.StartsWith("prices: ", StringComparison.Ordinal)
        );

    [Fact]
    public void Half_a_character_is_told() =>
        Assert.Contains(
            "half a character",
            Assert.Single(PriceTableReader.Read("{\"currency\":\"\\ud800\"}"u8.ToArray()).Faults)
        );
}
