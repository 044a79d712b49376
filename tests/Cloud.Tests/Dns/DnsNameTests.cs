using System.Net;
using System.Text;
using Cloud.Dns;

namespace Cloud.Tests.Dns;

public sealed class DnsNameTests
{
    static readonly string Label63 = new('a', 63);

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("Mail.Example.COM", "Mail.Example.COM")]
    [InlineData("_dmarc.example.com", "_dmarc.example.com")]
    [InlineData(".", ".")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData(@"ada\.lovelace.example.com", @"ada\.lovelace.example.com")]
    [InlineData(@"a\\b.example", @"a\\b.example")]
    [InlineData(@"a\000\255.example", @"a\000\255.example")]
    [InlineData(@"\097b.example", "ab.example")]
    [InlineData("with space.example", @"with\032space.example")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("Bücher。example", "xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public void A_text_is_read_and_written(string text, string written) =>
        Assert.Equal(written, DnsName.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".example")]
    [InlineData("a..b")]
    [InlineData("example.com..")]
    [InlineData(@"a\")]
    [InlineData(@"a\25")]
    [InlineData(@"a\256b")]
    [InlineData(@"a\2x5b")]
    [InlineData("a\ud800b.example")]
    [InlineData(@"ü\.b.example")]
    public void What_is_no_name_is_refused(string text) => Assert.False(DnsName.TryParse(text, out _));

    [Fact]
    public void Labels_have_63_octets_at_most()
    {
        Assert.Equal(Label63, DnsName.Parse(Label63).ToString());
        Assert.False(DnsName.TryParse(Label63 + "a", out _));
        Assert.False(DnsName.TryFromOctets(Encoding.ASCII.GetBytes($"{Label63}a.example"), out _));
    }

    [Fact]
    public void Names_have_255_octets_at_most()
    {
        var full = $"{Label63}.{Label63}.{Label63}.{Label63[..61]}";
        Assert.Equal(255, DnsName.Parse(full).Wire.Length);
        Assert.Equal(full, DnsName.Parse(full).ToString());
        Assert.Equal(DnsName.Parse(full), DnsName.Parse(full + "."));
        Assert.False(DnsName.TryParse(full + "a", out _));
        Assert.False(DnsName.TryParse($"{Label63}.{Label63}.{Label63}.{Label63[..59]}.aa", out _));
        Assert.False(DnsName.TryParse(string.Concat(Enumerable.Repeat("a.", 128)), out _));
        Assert.True(DnsName.TryParse(string.Concat(Enumerable.Repeat("a.", 127)), out var most));
        Assert.Equal(127, most.LabelCount);
        Assert.Null(DnsName.Parse(full).TryPrepend("a"));
    }

    [Fact]
    public void The_case_of_ascii_letters_does_not_count()
    {
        Assert.Equal(DnsName.Parse("Example.COM"), DnsName.Parse("eXAMPLE.com"));
        Assert.Equal(DnsName.Parse("Example.COM").GetHashCode(), DnsName.Parse("example.com").GetHashCode());
        Assert.NotEqual(DnsName.Parse("a[.example"), DnsName.Parse("a{.example"));
        Assert.NotEqual(DnsName.Parse(@"a\228.example"), DnsName.Parse(@"a\196.example"));
        Assert.NotEqual(DnsName.Parse(@"a\.b.example"), DnsName.Parse("a.b.example"));
    }

    [Fact]
    public void A_name_is_below_its_parents_and_not_below_what_only_ends_alike()
    {
        var name = DnsName.Parse("a.b.Example.com");
        Assert.True(name.IsAtOrBelow(name));
        Assert.True(name.IsAtOrBelow(DnsName.Parse("example.com")));
        Assert.True(name.IsAtOrBelow(DnsName.Root));
        Assert.False(DnsName.Parse("badexample.com").IsAtOrBelow(DnsName.Parse("example.com")));
        Assert.False(DnsName.Parse("com").IsAtOrBelow(DnsName.Parse("example.com")));
        Assert.Equal("b.Example.com", name.Parent.ToString());
        Assert.Equal(DnsName.Root, DnsName.Root.Parent);
    }

    [Fact]
    public void Labels_can_be_put_before_a_name()
    {
        Assert.Equal("_25._tcp.mx.example", DnsName.Parse("mx.example").TryPrepend("_25._tcp")?.ToString());
        Assert.Equal("com", DnsName.Root.TryPrepend("com")?.ToString());
        Assert.Null(DnsName.Parse("mx.example").TryPrepend("a..b"));
    }

    [Fact]
    public void Octets_are_taken_as_they_are()
    {
        Assert.True(DnsName.TryFromOctets([.. @"a\b "u8, 0xFF, .. ".Example."u8], out var name));
        Assert.Equal(@"a\\b\032\255.Example", name.ToString());
        Assert.False(DnsName.TryFromOctets(default, out _));
        Assert.False(DnsName.TryFromOctets("a..b"u8, out _));
        Assert.False(DnsName.TryFromOctets("."u8, out _));
    }

    [Theory]
    [InlineData("192.0.2.10", "10.2.0.192.in-addr.arpa")]
    [InlineData("::ffff:192.0.2.10", "10.2.0.192.in-addr.arpa")]
    [InlineData("4321:0:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa")]
    public void An_address_has_a_name(string address, string name) =>
        Assert.Equal(name, DnsName.ReverseOf(IPAddress.Parse(address)).ToString());
}
