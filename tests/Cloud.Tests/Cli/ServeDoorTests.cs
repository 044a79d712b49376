using Cloud.Dns;
using Cloud.Dns.Messages;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Tests.Flow.Door;
using Cloud.Tests.Store.Azure;

namespace Cloud.Tests.Cli;

/// <summary>`cloud serve` with a name server of ours and a proxy's word for who comes: every outcome, on each store.</summary>
public sealed class ServeDoorTests : IAsyncLifetime
{
    readonly string data = Directory.CreateTempSubdirectory("cloud-serve-door-").FullName;
    readonly ZoneResolver zone = new(FakeWorld.Zones);
    AzuriteProcess? azurite;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (azurite is not null)
            await azurite.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("azure")]
    public async Task Each_outcome_is_the_one_that_the_settings_ask_for(string store)
    {
        await using var dns = new FakeNameServer(AnswerAsync);
        string[] where = [];
        if (store == "azure")
        {
            azurite = await AzuriteProcess.StartAsync();
            where = ["--store", "azure", "--connection-string", azurite.ConnectionString];
        }
        string[] door =
        [
            "--resolver",
            $"{dns.Address}",
            "--proxy-networks",
            "127.0.0.0/8",
            "--greeting-pause",
            "0",
            "--greylist",
            "suspicious",
            "--quarantine-score",
            "5",
            "--quarantine",
            TestBackend.Bob,
            "--dns-failure",
            "defer",
        ];
        await using var cloud = await CloudProcess.ServeAsync(data, ["--try", .. where, .. door]);

        var kept = await SendAsync(FakeWorld.Bank, "mail.bank.test", "news@bank.test");
        Assert.StartsWith("250 2.0.0 Ok: kept as ", kept);
        Assert.Contains("  Accept, ", await TraceAsync(kept));
        Assert.StartsWith(
            "550 5.7.1 bank.test asks to refuse mail that fails DMARC (id ",
            await SendAsync(FakeWorld.Shop, "mail.shop.test", "x@shop.test", "news@bank.test")
        );
        const string wait = "450 4.7.1 Not known here yet; try again in some minutes";
        Assert.Equal(wait, await SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test"));
        Assert.Equal(wait, await SendAsync(FakeWorld.Plain, "plain.test", "x@plain.test"));
        var junk = await SendAsync(FakeWorld.Bank, "mail.bank.test", "x@bank.test", "sale@shop.test");
        Assert.Contains("  Junk, ", await TraceAsync(junk));
        const string more = "From: y@shop.test\r\nDate: yesterday\r\n";
        var aside = await SendAsync(FakeWorld.Bank, "mail.bank.test", "x@bank.test", "sale@shop.test", more);
        Assert.Contains("  Quarantine, ", await TraceAsync(aside));
        Assert.StartsWith(
            "451 4.4.3 Who sends this cannot be looked up now; try again later (id ",
            await SendAsync(FakeWorld.Bank, "mail.bank.test", "x@bank.test", "x@down.test")
        );

        async Task<string> SendAsync(string client, string helo, string from, string? author = null, string more = "")
        {
            await using var session = await WorldSession.OpenAsync(cloud.Ports["smtp"], client);
            var letter = FakeWorld.Letter(author ?? from, more: more);
            return await session.SendAsync(helo, from, letter, TestBackend.Alice);
        }

        async Task<string> TraceAsync(string reply)
        {
            Assert.StartsWith("250 ", reply);
            string[] here = store == "azure" ? where : ["--data", data];
            var (code, output, errors) = await CloudProcess.RunAsync(null, ["trace", reply.Split(' ')[5], .. here]);
            Assert.True(code == 0, errors);
            return output;
        }
    }

    [Fact]
    public async Task A_newer_list_of_public_suffixes_says_whose_a_name_is()
    {
        zone.Add("x.bank.test TXT \"v=spf1 ip4:192.0.2.10 -all\"");
        await using var dns = new FakeNameServer(AnswerAsync);
        string[] door = ["--resolver", $"{dns.Address}", "--proxy-networks", "127.0.0.0/8", "--greeting-pause", "0"];
        Assert.StartsWith("250 ", await SendAsync()); // x.bank.test is the bank's

        var published = Path.Combine(data, "list.dat");
        await File.WriteAllTextAsync(published, "test\nbank.test\n"); // whoever likes may have a name there
        var (code, _, errors) = await CloudProcess.RunAsync(null, "psl", "update", published, "--data", data);
        Assert.True(code == 0, errors);
        Assert.StartsWith("550 5.7.1 bank.test asks to refuse mail that fails DMARC", await SendAsync());

        await File.WriteAllTextAsync(Path.Combine(data, "public_suffix.txt"), "<html>"); // then the shipped one
        Assert.StartsWith("250 ", await SendAsync());

        async Task<string> SendAsync()
        {
            await using var cloud = await CloudProcess.ServeAsync(data, ["--try", .. door]);
            await using var session = await WorldSession.OpenAsync(cloud.Ports["smtp"], FakeWorld.Bank);
            var letter = FakeWorld.Letter("news@bank.test");
            return await session.SendAsync("mail.bank.test", "y@x.bank.test", letter, TestBackend.Alice);
        }
    }

    async Task AnswerAsync(FakeQuery query)
    {
        var answer = await zone.QueryAsync(query.Question.Name, query.Question.Type, default);
        await query.AnswerAsync(
            answer.IsFailure
                ? Responses.Error(ResponseCode.ServerFailure)
                : new ResponseWriter
                {
                    Code = answer.Kind == AnswerKind.NoSuchName ? ResponseCode.NameError : ResponseCode.NoError,
                    Answers = answer.Records,
                }
        );
    }
}
