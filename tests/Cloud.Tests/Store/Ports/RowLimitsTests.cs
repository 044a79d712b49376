using Cloud.Store.Ports;

namespace Cloud.Tests.Store.Ports;

/// <summary>The limits and the key alphabet, which the port itself holds for every adapter.</summary>
public sealed class RowLimitsTests
{
    static RowData Small => new() { { "Value", 1 } };

    [Fact]
    public void A_hundred_and_first_change_is_refused()
    {
        var transaction = new RowTransaction("p");
        for (var i = 0; i < 100; i++)
            transaction.Insert($"{i}", Small);
        Assert.Throws<ArgumentException>(() => transaction.Delete("last"));
        Assert.Equal(100, transaction.Changes.Count);
    }

    [Fact]
    public void A_row_may_stand_once_in_a_transaction()
    {
        var transaction = new RowTransaction("p").Insert("a", Small);
        Assert.Throws<ArgumentException>(() => transaction.Delete("a"));
        transaction.Insert("A", Small);
    }

    [Fact]
    public void A_transaction_has_one_partition_by_construction() =>
        Assert.All(
            new RowTransaction("p").Insert("a", Small).Delete("b").Changes,
            change => Assert.Equal("p", change.Key.Partition)
        );

    [Fact]
    public void A_property_over_64_KiB_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new RowData { { "Bytes", new byte[RowLimits.PropertyBytes + 1] } });
        Assert.Throws<ArgumentException>(() =>
            new RowData { { "Text", new string('x', RowLimits.PropertyBytes / 2 + 1) } }
        );
    }

    [Fact]
    public void A_row_over_a_mebibyte_is_refused()
    {
        var data = new RowData();
        for (var i = 0; i < 16; i++)
            data.Add($"P{i}", new byte[63 * 1024]);
        Assert.Throws<ArgumentException>(() => new RowTransaction("p").Insert("a", data));
    }

    [Fact]
    public void A_transaction_that_base64_makes_longer_than_four_mebibytes_is_refused()
    {
        var data = new RowData();
        for (var i = 0; i < 15; i++)
            data.Add($"P{i}", new byte[63 * 1024]);
        var transaction = new RowTransaction("p");
        for (var i = 0; i < 3; i++)
            transaction.Insert($"{i}", data);
        Assert.Throws<ArgumentException>(() => transaction.Insert("3", data));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("with space")]
    [InlineData("Timestamp")]
    [InlineData("RowKey")]
    [InlineData("PartitionKey")]
    public void A_property_name_that_the_service_would_refuse_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new RowData { { name, "x" } });

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        foreach (var text in (string[])["\uD83D", "\uDCE7x", "\uD83D\uD83D\uDCE7", "x\uDCE7\uD83D"])
            Assert.Throws<ArgumentException>(() => new RowData { { "Text", text } });
        Assert.Single(new RowData { { "Text", "\uD83D\uDCE7" } });
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a b")]
    [InlineData("\u00E4")]
    public void A_blob_name_that_would_reach_another_blob_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => StoreNames.CheckBlob(name));

    [Fact]
    public void A_property_too_many_is_refused()
    {
        var data = new RowData();
        for (var i = 0; i < RowLimits.Properties; i++)
            data.Add($"P{i}", i);
        Assert.Throws<ArgumentException>(() => data.Add("More", 1));
        data["P0"] = "replaced";
    }

    [Fact]
    public void A_value_of_another_type_is_refused() =>
        Assert.Throws<ArgumentException>(() => new RowData { { "Value", 1.5m } });

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\tb")]
    [InlineData("a\u007F")]
    [InlineData("\u00FC")]
    public void A_key_outside_the_alphabet_is_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new RowTransaction(key));
        Assert.Throws<ArgumentException>(() => new RowTransaction("p").Insert(key, Small));
    }

    [Fact]
    public void A_key_of_513_characters_is_refused() =>
        Assert.Throws<ArgumentException>(() => KeyText.Check(new string('k', 513)));

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a=b", "a=3Db")]
    [InlineData("a/b\\c#d?e", "a=2Fb=5Cc=23d=3Fe")]
    [InlineData("\u00FC", "=C3=BC")]
    [InlineData("\0\r\n", "=00=0D=0A")]
    [InlineData("\U0001F4E7", "=F0=9F=93=A7")]
    public void Any_text_is_written_in_the_key_alphabet(string text, string key)
    {
        Assert.Equal(key, KeyText.Encode(text));
        Assert.Equal(key, KeyText.Check(key));
    }
}
