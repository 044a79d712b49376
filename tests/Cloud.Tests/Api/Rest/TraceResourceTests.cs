using Cloud.Api.Rest;
using Cloud.Store;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Who may hear what happened to which message.</summary>
public sealed class TraceResourceTests
{
    const string Letter = "From: Carol <carol@else.test>\r\nMessage-ID: <letter@else.test>\r\n\r\nHello\r\n";

    static async Task<(TestBackend Test, TransactionId Id)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync();
        var id = test.NewTransaction();
        var message = await test.UploadAsync(id, Letter);
        await test.Gateway.ReceiveAsync(TestBackend.Request(id, message, TestBackend.Alice), default);
        return (test, id);
    }

    static RestClient Client(TestBackend test, Caller? caller = null) =>
        new(new RestApi(test.Backend), caller: caller ?? Caller.Operator);

    [Fact]
    public async Task A_trace_is_told_by_id_by_message_id_and_by_address()
    {
        var (test, id) = await OpenAsync();
        await using var _ = test;
        var report = await Client(test).GetAsync($"/trace/{id}");
        Assert.Equal(200, report.Status);
        var kinds = report
            .Json.GetProperty("steps")
            .EnumerateArray()
            .Select(step => step.GetProperty("kind").GetString());
        Assert.Equal(["Session", "Filed"], kinds);
        foreach (var query in new[] { "messageId=%3Cletter%40else.test%3E", "address=alice%40example.test" })
        {
            var listed = await Client(test).GetAsync($"/trace?{query}");
            Assert.Equal(
                $"{id}",
                Assert.Single(listed.Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetString()
            );
        }
        Assert.Equal(404, (await Client(test).GetAsync($"/trace/{test.NewTransaction()}")).Status);
        Assert.Equal(400, (await Client(test).GetAsync("/trace")).Status);
        Assert.Equal(400, (await Client(test).GetAsync("/trace?address=a%40b.test&messageId=x")).Status);
    }

    [Fact]
    public async Task A_key_hears_of_the_users_that_it_sees_alone()
    {
        var (test, id) = await OpenAsync();
        await using var _ = test;
        var own = new Caller("k", null, ApiScope.Read, Mailbox: TestBackend.Alice);
        var others = new Caller("k", null, ApiScope.Read, Mailbox: TestBackend.Bob);
        var elsewhere = new Caller("k", "acme", ApiScope.Admin);
        Assert.Equal(200, (await Client(test, own).GetAsync($"/trace/{id}")).Status);
        foreach (var caller in new[] { others, elsewhere })
        {
            Assert.Equal(404, (await Client(test, caller).GetAsync($"/trace/{id}")).Status);
            var listed = await Client(test, caller).GetAsync("/trace?messageId=letter%40else.test");
            Assert.Empty(listed.Json.GetProperty("items").EnumerateArray());
        }
    }
}
