using Cloud.Flow.Outbound.Relay.Smarthosts;

namespace Cloud.Tests.Flow.Outbound.Relay;

public sealed class SmarthostTextTests
{
    static readonly SmarthostSecret Secret = SmarthostSecret.Of("x");

    [Theory]
    [InlineData("relay.example", "relay.example", 587, SmarthostSecurity.StartTls)]
    [InlineData("relay.example:465", "relay.example", 465, SmarthostSecurity.Implicit)]
    [InlineData("relay.example:465,starttls", "relay.example", 465, SmarthostSecurity.StartTls)]
    [InlineData("[2001:db8::1]:25,none", "2001:db8::1", 25, SmarthostSecurity.None)]
    [InlineData("10.0.0.1:2525, implicit", "10.0.0.1", 2525, SmarthostSecurity.Implicit)]
    public void A_host_has_a_port_and_a_way_to_be_spoken_to(
        string text,
        string host,
        int port,
        SmarthostSecurity security
    )
    {
        var smarthost = SmarthostText.TryParse(text, SmarthostSecret.None, out var fault);
        Assert.Null(fault);
        Assert.Equal((host, port, security), (smarthost!.Host, smarthost.Port, smarthost.Security));
    }

    [Theory]
    [InlineData("h.example,user=me@x", "me@x")]
    [InlineData("h.example,user=a=b", "a=b")]
    [InlineData("h.example,user=last, first", "last, first")]
    [InlineData("h.example,user=me,none", "me")]
    [InlineData("h.example,size=5,user=$a$b", "$a$b")]
    public void A_user_may_have_any_name(string text, string user) =>
        Assert.Equal(user, SmarthostText.TryParse(text, Secret, out _)?.User);

    [Fact]
    public void Limits_and_login_are_words()
    {
        var smarthost = SmarthostText.TryParse(
            "h.example,auth=xoauth2,verify=no,size=10000000,recipients=50,minute=30,hour=500,user=u",
            Secret,
            out _
        )!;
        Assert.True(smarthost.HasToken);
        Assert.False(smarthost.VerifyCertificate);
        Assert.Equal(
            (10_000_000, 50, 30, 500),
            (smarthost.MaxSize, smarthost.MaxRecipients, smarthost.PerMinute, smarthost.PerHour)
        );
        Assert.DoesNotContain("x)", $"{smarthost}");
    }

    [Theory]
    [InlineData("")]
    [InlineData(":25")]
    [InlineData("h.example:0")]
    [InlineData("h.example:70000")]
    [InlineData("h.example:25x")]
    [InlineData("h.example,tls")]
    [InlineData("h.example,user=")]
    [InlineData("h.example,recipients=0")]
    [InlineData("h.example,verify=maybe")]
    [InlineData("[2001:db8::1:25")]
    public void What_is_none_is_told(string text)
    {
        Assert.Null(SmarthostText.TryParse(text, Secret, out var fault));
        Assert.NotNull(fault);
    }

    [Theory]
    [InlineData("sink")]
    [InlineData(" Sink ")]
    public void All_mail_or_that_of_a_domain_goes_to_the_sink(string text)
    {
        var faults = new List<string>();
        Assert.True(SmarthostTableText.Parse([text], Secret, faults).Of("here.example")!.IsSink);
        var table = SmarthostTableText.Parse(["h.example:25", $"here.example={text}"], Secret, faults);
        Assert.True(table.Of("here.example")!.IsSink);
        Assert.False(table.Of("there.example")!.IsSink);
        Assert.Empty(faults);
    }

    [Fact]
    public void A_host_named_sink_has_a_port_and_the_sink_no_words()
    {
        var faults = new List<string>();
        Assert.False(SmarthostTableText.Parse(["sink:25"], Secret, faults).Default!.IsSink);
        Assert.Empty(faults);
        Assert.Null(SmarthostTableText.Parse(["sink,none"], Secret, faults).Default);
        Assert.Equal("sink,none: the sink takes no words.", Assert.Single(faults));
    }

    [Fact]
    public void A_user_without_a_secret_is_a_mistake()
    {
        Assert.Null(SmarthostText.TryParse("h.example,user=me", SmarthostSecret.None, out var fault));
        Assert.Contains("secret", fault);
    }

    [Fact]
    public void A_secret_in_a_file_is_read_anew_each_time_and_never_printed()
    {
        var file = Path.GetTempFileName();
        try
        {
            var secret = SmarthostSecret.InFile(file);
            File.WriteAllText(file, "one\n");
            Assert.Equal("one", secret.Read());
            File.WriteAllText(file, "two\r\n");
            Assert.Equal("two", secret.Read());
            Assert.Equal("(secret)", $"{secret}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
