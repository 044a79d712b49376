using Cloud.Api.Gateway.OAuth;

namespace Cloud.Tests.Api.Gateway.OAuth;

public sealed class TokenSettingsTests
{
    static (TokenOptions? Options, List<string> Faults) Read(
        Dictionary<string, string> given,
        string? secret = "s",
        bool asks = true
    )
    {
        var faults = new List<string>();
        return (TokenSettings.Read(given.GetValueOrDefault, secret, asks, faults), faults);
    }

    static Dictionary<string, string> Least =>
        new()
        {
            ["oauth-introspection"] = "https://id.example.org/introspect?x=y",
            ["oauth-client"] = "mail",
            ["oauth-scope"] = "any",
        };

    [Fact]
    public void An_endpoint_a_client_and_its_secret_are_enough()
    {
        var (options, faults) = Read(Least);
        Assert.Empty(faults);
        Assert.Equal(
            ("https://id.example.org/introspect?x=y", "mail", "s"),
            ($"{options!.Introspection}", options.Client, options.Secret)
        );
        Assert.Empty(options.Scopes);
        Assert.Equal("email", options.Claim);
    }

    [Fact]
    public void All_can_be_said()
    {
        var folder = Directory.CreateTempSubdirectory("cloud-oauth-");
        var file = Path.Combine(folder.FullName, "secret");
        File.WriteAllText(file, "of the file\n");
        var given = Least;
        (given["oauth-secret-file"], given["oauth-scope"], given["oauth-claim"]) = (file, "mail  imap", "upn");
        var (options, faults) = Read(given, secret: null);
        folder.Delete(recursive: true);
        Assert.Empty(faults);
        Assert.Equal("of the file", options!.Secret);
        Assert.Equal(["mail", "imap"], options.Scopes);
        Assert.Equal("upn", options.Claim);
    }

    [Fact]
    public void Audiences_an_issuer_and_domains_may_be_asked_for_and_are_not_by_default()
    {
        var options = Read(Least).Options!;
        Assert.Equal((0, null, 0), (options.Audiences.Count, options.Issuer, options.Domains.Count));
        var given = Least;
        given["oauth-audience"] = "mail  https://mail.example.org/";
        given["oauth-issuer"] = "https://id.example.org/";
        given["oauth-domain"] = "Example.org bücher.example";
        (options, var faults) = Read(given);
        Assert.Empty(faults);
        Assert.Equal(["mail", "https://mail.example.org/"], options!.Audiences);
        Assert.Equal("https://id.example.org/", options.Issuer);
        Assert.Equal(["example.org", "xn--bcher-kva.example"], options.Domains);
    }

    /// <summary>A list that is set to nothing would not be looked at, which is not what was meant.</summary>
    [Theory]
    [InlineData("oauth-audience", " \t", "oauth-audience: names nothing.")]
    [InlineData("oauth-issuer", "  ", "oauth-issuer: names nothing.")]
    [InlineData("oauth-issuer", "https://a.example https://b.example", "oauth-issuer: names one, and no more.")]
    [InlineData("oauth-domain", "", "oauth-domain: names nothing.")]
    [InlineData("oauth-domain", "a.example,b.example", "oauth-domain: a.example,b.example is no domain.")]
    [InlineData("oauth-domain", "a.example *.b.example @c.example", "oauth-domain: *.b.example is no domain.")]
    public void What_cannot_be_meant_is_a_fault(string name, string value, string said)
    {
        var given = Least;
        given[name] = value;
        Assert.Equal(said, Read(given).Faults[0]);
    }

    /// <summary>A variable that is not set, or set to nothing, is not to open all mailboxes to every token.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    public void What_a_token_is_for_must_be_said(string? scope)
    {
        var given = Least;
        given.Remove("oauth-scope");
        if (scope is not null)
            given["oauth-scope"] = scope;
        Assert.StartsWith("oauth-scope: must say", Assert.Single(Read(given).Faults));
        given["oauth-scope"] = "any";
        Assert.Empty(Read(given).Options!.Scopes);
    }

    [Fact]
    public void Without_an_endpoint_there_are_no_tokens()
    {
        Assert.Equal((null, 0), (Read([], null).Options, Read([], null).Faults.Count));
        foreach (var name in TokenSettings.Names.Select(setting => setting.Name).Skip(1))
            Assert.StartsWith($"{name}: needs oauth-i", Assert.Single(Read(new() { [name] = "x" }).Faults));
    }

    [Theory]
    [InlineData("http://id.example.org/")]
    [InlineData("https://me:x@id.example.org/")]
    [InlineData("https://id.example.org/#x")]
    [InlineData("ftp://id.example.org/")]
    [InlineData("id.example.org")]
    public void What_would_show_a_secret_on_the_way_is_no_endpoint(string address)
    {
        var given = Least;
        given["oauth-introspection"] = address;
        Assert.StartsWith("oauth-introspection: must be", Assert.Single(Read(given).Faults));
    }

    [Fact]
    public void A_secret_has_to_fit_into_a_header_field()
    {
        Assert.Empty(Read(Least, new string('s', 4096)).Faults);
        Assert.StartsWith("oauth-secret-file: a secret has", Assert.Single(Read(Least, new string('s', 4097)).Faults));
    }

    [Fact]
    public void On_this_machine_it_may_be_without_TLS()
    {
        var given = Least;
        given["oauth-introspection"] = "http://127.0.0.1:8081/";
        Assert.Empty(Read(given).Faults);
    }

    [Fact]
    public void Who_asks_needs_a_client_and_a_secret_and_who_only_offers_does_not()
    {
        var given = new Dictionary<string, string> { ["oauth-introspection"] = "https://id.example.org/" };
        Assert.Equal(2, Read(given).Faults.Count);
        Assert.Single(Read(Least, secret: null).Faults);
        Assert.Empty(Read(given, secret: null, asks: false).Faults);
        given["oauth-client"] = "mail";
        given["oauth-secret-file"] = "/nowhere/secret";
        Assert.StartsWith("oauth-secret-file: cannot be read", Read(given, null).Faults[0]);
    }
}
