using Cloud.Api.Admin;

namespace Cloud.Api.Rest;

/// <summary>What administration refuses, in the API's words.</summary>
static class AdminProblems
{
    public static ApiProblem Of(AdminException refusal) =>
        refusal.Fault switch
        {
            AdminFault.Missing => ApiProblem.Of(404, "not-found", refusal.Message),
            AdminFault.Exists => ApiProblem.Conflict("exists", refusal.Message),
            AdminFault.Changed => ApiProblem.Conflict("changed", refusal.Message),
            AdminFault.InTheWay => ApiProblem.Conflict("in-the-way", refusal.Message),
            _ => ApiProblem.Of(422, "invalid", refusal.Message),
        };
}
